// Hebbian coupling of one layer, J = P^T P / N, optionally with a zero diagonal (theory.md, V6), made once.
//   patterns P [count, stride]; matrix J, rows [start, start + rows), [.., stride]
// Dispatch: x over groups of four columns, y over rows of the block, `offset` the first of them.

override WORKGROUP: u32 = 64;

struct Params {
  start: u32,
  offset: u32,
  rows: u32,
  size: u32,
  stride: u32,
  patternCount: u32,
  zeroDiagonal: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> patterns: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> matrix: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP)
fn imprint(@builtin(global_invocation_id) id: vec3<u32>) {
  let quads = params.stride / 4u;
  let row = params.offset + id.y;
  if (id.x >= quads || row >= params.rows) {
    return;
  }
  let neuron = params.start + row;
  var sum = vec4<f32>(0.0);
  for (var p = 0u; p < params.patternCount; p++) {
    sum += patterns[p * quads + neuron / 4u][neuron % 4u] * patterns[p * quads + id.x];
  }
  sum /= f32(params.size);
  if (params.zeroDiagonal == 1u && neuron / 4u == id.x) {
    sum[neuron % 4u] = 0.0;
  }
  matrix[row * quads + id.x] = sum;
}
