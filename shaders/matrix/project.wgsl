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
@group(0) @binding(2) var<storage, read> vector: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP)
fn project(@builtin(global_invocation_id) id: vec3<u32>) {
  let quad = id.x;
  if (quad >= (params.columns + 3u) / 4u) {
    return;
  }
  // Rows of this replica, of which the block holds those from `begin` to `end`; row 0 stands at `shift` in the block.
  let replicaRow = id.y * params.replicaStep;
  let shift = replicaRow - params.start;
  let begin = max(replicaRow, params.start) - replicaRow;
  let end = max(min(replicaRow + params.rows, params.start + params.count), replicaRow) - replicaRow;
  let offset = id.y * (params.vectorStride / 4u);
  let at = id.y * (params.outputStride / 4u) + quad;
  var sum = vec4<f32>(0.0);
  // Four rows for one load of x, where four are left; the rows before and after one by one.
  let aligned = min(4u * ((begin + 3u) / 4u), end);
  let fours = aligned + 4u * ((end - aligned) / 4u);
  for (var row = begin; row < aligned; row++) {
    sum += quadAt(shift + row, quad) * vector[offset + row / 4u][row % 4u];
  }
  for (var row = aligned; row < fours; row += 4u) {
    let x = vector[offset + row / 4u];
    let first = shift + row;
    sum += quadAt(first, quad) * x.x + quadAt(first + 1u, quad) * x.y
      + quadAt(first + 2u, quad) * x.z + quadAt(first + 3u, quad) * x.w;
  }
  for (var row = fours; row < end; row++) {
    sum += quadAt(shift + row, quad) * vector[offset + row / 4u][row % 4u];
  }
  output[at] = select(output[at], vec4<f32>(0.0), params.first == 1u) + params.scale * sum;
}
