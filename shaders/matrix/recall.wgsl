// output_mu (+)= sum_i A_mu,i x_i, less |A_mu|^2 / 2 with HALF_NORM: what the rows of a memory see of a layer.
//
//   A, rows [start, start + count) of all copies          x [replicas, vectorStride]
//   replica r reads the rows from r*replicaStep on: replicaStep = 0 when all share one copy, else rows
//
// output [replicas, outputStride]. `first` says whether to set or to add. A is joined from matrix/{f32,f16,binary}.wgsl.
// Dispatch: x over the rows of one copy, y over replicas; one invocation a row, so no barrier and one fixed order.

override WORKGROUP: u32 = 64;
override HALF_NORM: bool = false;

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
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn recall(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.rows) {
    return;
  }
  let replicaRow = id.y * params.replicaStep;
  let row = replicaRow + id.x - params.start;
  let at = id.y * params.outputStride + id.x;
  var value = 0.0;
  // An unsigned difference: rows before the block wrap to large numbers and are outside as well.
  if (row < params.count) {
    let offset = id.y * (params.vectorStride / 4u);
    var product = vec4<f32>(0.0);
    var norm = vec4<f32>(0.0);
    let quads = (params.columns + 3u) / 4u;
    var quad = 0u;
    for (; quad + 4u <= quads; quad += 4u) {
      let a0 = quadAt(row, quad);
      let a1 = quadAt(row, quad + 1u);
      let a2 = quadAt(row, quad + 2u);
      let a3 = quadAt(row, quad + 3u);
      product += a0 * vector[offset + quad] + a1 * vector[offset + quad + 1u]
        + a2 * vector[offset + quad + 2u] + a3 * vector[offset + quad + 3u];
      if (HALF_NORM) {
        norm += a0 * a0 + a1 * a1 + a2 * a2 + a3 * a3;
      }
    }
    for (; quad < quads; quad++) {
      let a = quadAt(row, quad);
      product += a * vector[offset + quad];
      if (HALF_NORM) {
        norm += a * a;
      }
    }
    value = params.scale * ((product.x + product.y) + (product.z + product.w));
    if (HALF_NORM) {
      value -= 0.5 * params.scale * params.scale * ((norm.x + norm.y) + (norm.z + norm.w) - paddingNorm());
    }
  } else if (params.first == 0u) {
    return;
  }
  output[at] = select(output[at], 0.0, params.first == 1u) + value;
}
