// g = dL/dx and L(x) for a Lagrangian that needs the whole layer (softmax, layernorm, spherical): two reductions
// and a map. Joined: common/reduce-tree.wgsl or reduce-subgroup.wgsl, `firstTerm` ... `lagrangianOf` from shaders/lagrangian.
// state, activations [replicas, stride], `size` neurons at a time: the whole layer, or a row of it. whole [replicas, rows] = L of each.
// Dispatch: one workgroup for each replica and row.

struct Params {
  size: u32,
  stride: u32,
  rows: u32,
  p0: f32,
  p1: f32,
  p2: f32,
  p3: f32,
}

@group(0) @binding(1) var<storage, read> state: array<f32>;
@group(0) @binding(2) var<storage, read_write> activations: array<f32>;
@group(0) @binding(3) var<storage, read_write> whole: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn normalize(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  useReplica(group.x);
  let start = group.x * params.stride + group.y * params.size;
  let n = f32(params.size);
  let p = vec4<f32>(params.p0, params.p1, params.p2, params.p3);

  var first: First = FIRST_IDENTITY;
  for (var i = lane; i < params.size; i += WORKGROUP) {
    first = firstJoin(first, firstTerm(state[start + i], p));
  }
  first = reduceFirst(first, lane);

  var second = 0.0;
  for (var i = lane; i < params.size; i += WORKGROUP) {
    second += secondTerm(state[start + i], first, n, p);
  }
  second = reduceSum(second, lane);

  for (var i = lane; i < params.size; i += WORKGROUP) {
    activations[start + i] = activationOf(state[start + i], first, second, n, p);
  }
  if (lane == 0u) {
    whole[group.x * params.rows + group.y] = lagrangianOf(first, second, n, p);
  }
}
