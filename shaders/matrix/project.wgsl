// output_i (+)= sum_mu A_mu,i x_mu: what a layer gets back from the rows of a memory, or W g for a symmetric W.
//
//   A, rows [start, start + count) of all copies (see matrix/recall.wgsl)      x [replicas, vectorStride]
//
// output [replicas, outputStride]; `first` says whether to set or to add. Dispatch: x over groups of four columns,
// y over replicas; neighbouring invocations read neighbouring columns.

override WORKGROUP: u32 = 64;

struct Params {
  start: u32,
  count: u32,
  rows: u32,
  columns: u32,
  stride: u32,
  replicaStep: u32,
  vectorStride: u32,
  outputStride: u32,
  first: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> vector: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP)
fn project(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= (params.columns + 3u) / 4u) {
    return;
  }
  let replicaRow = id.y * params.replicaStep;
  let begin = max(replicaRow, params.start);
  let end = min(replicaRow + params.rows, params.start + params.count);
  let offset = id.y * params.vectorStride;
  let at = id.y * (params.outputStride / 4u) + id.x;
  var sum = vec4<f32>(0.0);
  for (var row = begin; row < end; row++) {
    sum += quadAt(row - params.start, id.x) * vector[offset + row - replicaRow];
  }
  output[at] = select(output[at], vec4<f32>(0.0), params.first == 1u) + params.scale * sum;
}
