// Weighted sums over the other tokens, head by head: seenKeys[t] = sum_k weight(q = t, k) K_k, the keys that it attends to, and
// seenQueries[t] = sum_q weight(q, k = t) Q_q, the queries that attend to it.
//
//   queries, keys, seenKeys, seenQueries [.., projectedStride], [tokens, heads size] of each replica
//   weights [replicas, heads, k, q]
//
// Dispatch: x over tokens and rows of the heads, y over replicas.

override WORKGROUP: u32 = 64;

/// Number of terms in each partial sum.
const PART = 16u;

struct Params {
  tokens: u32,
  heads: u32,
  size: u32,
  projectedStride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> queries: array<f32>;
@group(0) @binding(0) var<storage, read> keys: array<f32>;
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(0) var<storage, read_write> seenKeys: array<f32>;
@group(0) @binding(0) var<storage, read_write> seenQueries: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn tokensMix(@builtin(global_invocation_id) id: vec3<u32>) {
  let index = id.x;
  let replica = id.y;
  let width = params.heads * params.size;
  if (index >= params.tokens * width) {
    return;
  }
  let t = index / width;
  let row = index % width;
  let first = replica * params.projectedStride + row;
  let map = (replica * params.heads + row / params.size) * params.tokens * params.tokens;
  var keySum = 0.0;
  var querySum = 0.0;
  for (var start = 0u; start < params.tokens; start += PART) {
    let end = min(start + PART, params.tokens);
    var keyPart = 0.0;
    var queryPart = 0.0;
    for (var other = start; other < end; other++) {
      keyPart += weights[map + other * params.tokens + t] * keys[first + other * width];
      queryPart += weights[map + t * params.tokens + other] * queries[first + other * width];
    }
    keySum += keyPart;
    querySum += queryPart;
  }
  seenKeys[replica * params.projectedStride + index] = keySum;
  seenQueries[replica * params.projectedStride + index] = querySum;
}
