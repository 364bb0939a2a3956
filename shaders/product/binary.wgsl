// A matrix of signs, 32 a word (bit set = +1), [rows, stride], stride a multiple of 32 columns. The kernels multiply
// by `scale`. Padding columns read as -1: their factors must be 0 or unused.

@group(0) @binding(1) var<storage, read> matrix: array<u32>;

fn quadAt(row: u32, quad: u32) -> vec4<f32> {
  return quadIn(wordAt(row, quad), quad);
}

/// The word that holds four columns, and those of seven other groups.
fn wordAt(row: u32, quad: u32) -> u32 {
  return matrix[row * (params.stride / 32u) + quad / 8u];
}

/// Four columns of their word.
fn quadIn(word: u32, quad: u32) -> vec4<f32> {
  let bits = word >> (4u * (quad % 8u));
  return select(vec4<f32>(-1.0), vec4<f32>(1.0), (vec4<u32>(bits) & vec4<u32>(1u, 2u, 4u, 8u)) != vec4<u32>(0u));
}

/// Contribution of the padding columns of a row to its squared norm.
fn paddingNorm() -> f32 {
  return f32(4u * ((params.columns + 3u) / 4u) - params.columns);
}
