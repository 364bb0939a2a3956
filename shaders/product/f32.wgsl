// A matrix of float32, [rows, stride], stride a multiple of 4, read four columns at a time.

@group(0) @binding(1) var<storage, read> matrix: array<vec4<f32>>;

fn quadAt(row: u32, quad: u32) -> vec4<f32> {
  return matrix[row * (params.stride / 4u) + quad];
}

/// One entry: software adapters load each number of a quad apart.
fn entryAt(row: u32, column: u32) -> f32 {
  return matrix[row * (params.stride / 4u) + column / 4u][column % 4u];
}

/// Contribution of the padding columns of a row to its squared norm.
fn paddingNorm() -> f32 {
  return 0.0;
}
