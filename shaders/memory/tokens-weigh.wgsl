// Attention weights of token q for every other token k in head h, and its log-sum-exp:
//   S = beta K_k . Q_q,   weight = exp(S) / sum_{k != q} exp(S), 0 for k = q,   logSum = log sum_{k != q} exp(S)
// The largest S is subtracted in the exponents. Without other tokens logSum is 0.
//
//   queries, keys [.., projectedStride], [tokens, heads size] of each replica
//   weights [replicas, heads, k, q]; logSums [.., sumsStride], [heads, q] of each replica
//
// Dispatch: x over heads and q, y over replicas.

override WORKGROUP: u32 = 64;

/// Number of terms in each partial sum.
const PART = 16u;

struct Params {
  tokens: u32,
  heads: u32,
  size: u32,
  projectedStride: u32,
  sumsStride: u32,
  beta: f32,
}

@group(0) @binding(0) var<storage, read> queries: array<f32>;
@group(0) @binding(0) var<storage, read> keys: array<f32>;
@group(0) @binding(0) var<storage, read_write> weights: array<f32>;
@group(0) @binding(0) var<storage, read_write> logSums: array<f32>;

fn score(own: u32, other: u32) -> f32 {
  var sum = 0.0;
  for (var start = 0u; start < params.size; start += PART) {
    let end = min(start + PART, params.size);
    var part = 0.0;
    for (var s = start; s < end; s++) {
      part += keys[other + s] * queries[own + s];
    }
    sum += part;
  }
  return params.beta * sum;
}

@compute @workgroup_size(WORKGROUP)
fn tokensWeigh(@builtin(global_invocation_id) id: vec3<u32>) {
  useReplica(id.y);
  let replica = id.y;
  if (id.x >= params.heads * params.tokens) {
    return;
  }
  let head = id.x / params.tokens;
  let q = id.x % params.tokens;
  let width = params.heads * params.size;
  let first = replica * params.projectedStride + head * params.size;
  let map = (replica * params.heads + head) * params.tokens * params.tokens + q;
  var most = -3.4028234e38;
  for (var k = 0u; k < params.tokens; k++) {
    if (k != q) {
      let value = score(first + q * width, first + k * width);
      weights[map + k * params.tokens] = value;
      most = max(most, value);
    }
  }
  var total = 0.0;
  for (var start = 0u; start < params.tokens; start += PART) {
    let end = min(start + PART, params.tokens);
    var part = 0.0;
    for (var k = start; k < end; k++) {
      if (k != q) {
        let value = exp(weights[map + k * params.tokens] - most);
        weights[map + k * params.tokens] = value;
        part += value;
      }
    }
    total += part;
  }
  for (var k = 0u; k < params.tokens; k++) {
    let at = map + k * params.tokens;
    weights[at] = select(weights[at] / total, 0.0, k == q);
  }
  let hasOthers = params.tokens > 1u;
  logSums[replica * params.sumsStride + id.x] = select(0.0, most + log(max(total, 1.0)), hasOthers);
}
