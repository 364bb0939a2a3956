// The input of the tokens from a projection: for neuron d of token t the sum over its rows r of W[r, d] seen[t, r].
//
//   W [rows, stride]; seen [.., vectorStride], [tokens, rows] of each replica, from memory/tokens-mix.wgsl
//
// Dispatch: x over neurons, y over replicas. Joined: product/f32.wgsl, what becomes of a sum from product/store.wgsl or
// neuron/step.wgsl.

override WORKGROUP: u32 = 64;

/// Number of terms in each partial sum.
const PART = 16u;

struct Params {
  stride: u32,
  rows: u32,
  width: u32,
  outputs: u32,
  vectorStride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> seen: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn tokensSend(@builtin(global_invocation_id) id: vec3<u32>) {
  let index = id.x;
  let replica = id.y;
  if (index >= params.outputs) {
    return;
  }
  let d = index % params.width;
  let token = replica * params.vectorStride + (index / params.width) * params.rows;
  var sum = 0.0;
  for (var start = 0u; start < params.rows; start += PART) {
    let end = min(start + PART, params.rows);
    var part = 0.0;
    for (var row = start; row < end; row++) {
      part += entryAt(row, d) * seen[token + row];
    }
    sum += part;
  }
  storeProduct(replica, index, sum);
}
