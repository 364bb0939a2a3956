// Queries or keys of all tokens: out[t, r] = sum_d W[r, d] g[t, d].
//
//   W [rows, stride], rows head by head; g [.., vectorStride], `outputs` / rows tokens of `width` neurons
//   projected [.., outputStride], [tokens, rows] of each replica
//
// Dispatch: x over entries of the result, y over replicas. Joined: product/f32.wgsl.
// Source: Hoover et al., Energy Transformer, arXiv 2302.07253.

override WORKGROUP: u32 = 64;

/// Number of terms in each partial sum.
const PART = 16u;

struct Params {
  stride: u32,
  rows: u32,
  width: u32,
  outputs: u32,
  vectorStride: u32,
  outputStride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> vector: array<f32>;
@group(0) @binding(0) var<storage, read_write> projected: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn tokensProject(@builtin(global_invocation_id) id: vec3<u32>) {
  let index = id.x;
  let replica = id.y;
  if (index >= params.outputs) {
    return;
  }
  let row = index % params.rows;
  let token = replica * params.vectorStride + (index / params.rows) * params.width;
  var sum = 0.0;
  for (var start = 0u; start < params.width; start += PART) {
    let end = min(start + PART, params.width);
    var part = 0.0;
    for (var d = start; d < end; d++) {
      part += entryAt(row, d) * vector[token + d];
    }
    sum += part;
  }
  projected[replica * params.outputStride + index] = sum;
}
