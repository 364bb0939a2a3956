// The pixels of the taps of a convolution. Joined to the kernels of convolutions.

override PERIODIC: bool = false;

/// Number of terms in each partial sum.
const PART = 16u;

struct Params {
  channels: u32,
  height: u32,
  width: u32,
  down: u32,
  across: u32,
  kernelHeight: u32,
  kernelWidth: u32,
  step: u32,
  beforeY: u32,
  beforeX: u32,
}

/// The pixel of tap `tap` at place `place` along a side; -1 = beyond the edge.
fn lookedAt(place: u32, tap: u32, side: u32, before: u32) -> i32 {
  let at = i32(params.step * place + tap) - i32(before);
  if (PERIODIC) {
    return wrapped(at, i32(side));
  }
  return select(-1, at, at >= 0 && at < i32(side));
}

/// The taps at place `place` along a side that look at a pixel: from x on, less than y.
fn tapsAt(place: u32, taps: u32, side: u32, before: u32) -> vec2<u32> {
  if (PERIODIC) {
    return vec2<u32>(0u, taps);
  }
  let first = i32(before) - i32(params.step * place);
  return vec2<u32>(u32(clamp(first, 0, i32(taps))), u32(clamp(first + i32(side), 0, i32(taps))));
}

/// The pixel of one of these taps.
fn pixelAt(place: u32, tap: u32, side: u32, before: u32) -> u32 {
  let at = i32(params.step * place + tap) - i32(before);
  if (PERIODIC) {
    return u32(wrapped(at, i32(side)));
  }
  return u32(at);
}

/// The place whose tap `tap` covers pixel `at`; -1 = none.
fn placeOf(at: u32, tap: u32, side: u32, before: u32, places: u32) -> i32 {
  var first = i32(at) + i32(before) - i32(tap);
  if (PERIODIC) {
    first = wrapped(first, i32(side));
  }
  let place = first / i32(params.step);
  return select(-1, place, first >= 0 && first % i32(params.step) == 0 && place < i32(places));
}

fn wrapped(at: i32, side: i32) -> i32 {
  return ((at % side) + side) % side;
}
