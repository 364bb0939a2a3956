// A matrix of half-precision numbers, two in a word, [rows, stride], stride a multiple of 4 columns.

@group(0) @binding(1) var<storage, read> matrix: array<vec2<u32>>;

fn quadAt(row: u32, quad: u32) -> vec4<f32> {
  let words = matrix[row * (params.stride / 4u) + quad];
  return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));
}

/// Contribution of the padding columns of a row to its squared norm.
fn paddingNorm() -> f32 {
  return 0.0;
}
