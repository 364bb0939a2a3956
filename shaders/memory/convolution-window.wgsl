// The window of a tile of a convolution: neighbouring numbers of one line, each loaded once. Joined to the tiled kernels of
// convolutions, with memory/convolution-places.wgsl.

/// Number `at` of a line of `side` numbers that begins at `line` of the vector; 0 beyond its ends.
fn numberAt(line: u32, at: i32, side: u32) -> f32 {
  let isInside = at >= 0 && at < i32(side);
  return select(0.0, vector[line + u32(select(0, at, isInside))], isInside);
}

/// The place after `at` along a side.
fn following(at: i32, side: u32) -> i32 {
  return select(at + 1, 0, PERIODIC && at + 1 == i32(side));
}

/// A place along a side that may begin beyond its ends.
fn beginning(at: i32, side: u32) -> i32 {
  if (PERIODIC) {
    return wrapped(at, i32(side));
  }
  return at;
}

/// A weight of a filter; 0 behind its last tap.
fn weightAt(row: u32, column: u32, tap: u32) -> f32 {
  let isTap = tap < params.kernelWidth;
  return select(0.0, entryAt(row, column + select(0u, tap, isTap)), isTap);
}
