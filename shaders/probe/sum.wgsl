// factor * sum_i a_i b_i, or factor * sum_i a_i unless PAIRED, one number a replica, set in or added to a sample.
// left [replicas, leftStride], right [replicas, rightStride]. Joined: common/reduce-tree.wgsl or reduce-subgroup.wgsl.
// Dispatch: one workgroup a replica.

override PAIRED: bool = false;

struct Params {
  size: u32,
  leftStride: u32,
  rightStride: u32,
  factor: f32,
  first: u32,
  slotWord: u32,
  ringStart: u32,
  sampleWords: u32,
  replicaWords: u32,
  word: u32,
}

@group(0) @binding(1) var<storage, read> left: array<f32>;
@group(0) @binding(2) var<storage, read> right: array<f32>;
@group(0) @binding(3) var<storage, read_write> ring: array<f32>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn sum(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  useReplica(group.x);
  let replica = group.x;
  var total = 0.0;
  for (var i = lane; i < params.size; i += WORKGROUP) {
    var term = left[replica * params.leftStride + i];
    if (PAIRED) {
      term *= right[replica * params.rightStride + i];
    }
    total += term;
  }
  let reduced = reduceSum(total, lane);
  if (lane == 0u) {
    let at = params.ringStart + u32(clock[params.slotWord]) * params.sampleWords
      + replica * params.replicaWords + params.word;
    ring[at] = select(ring[at], 0.0, params.first == 1u) + params.factor * reduced;
  }
}
