// The number of values that are at least a threshold, one number a replica: factor * value >= threshold.
// values [replicas, stride]. Joined: common/reduce-tree.wgsl or reduce-subgroup.wgsl. Dispatch: one workgroup a replica.

struct Params {
  size: u32,
  stride: u32,
  factor: f32,
  threshold: f32,
  slotWord: u32,
  ringStart: u32,
  sampleWords: u32,
}

@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> ring: array<f32>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn count(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  useReplica(group.x);
  var total = 0.0;
  for (var i = lane; i < params.size; i += WORKGROUP) {
    total += select(0.0, 1.0, params.factor * values[group.x * params.stride + i] >= params.threshold);
  }
  let reduced = reduceSum(total, lane);
  if (lane == 0u) {
    ring[params.ringStart + u32(clock[params.slotWord]) * params.sampleWords + group.x] = reduced;
  }
}
