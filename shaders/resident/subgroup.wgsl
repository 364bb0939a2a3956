// Reductions over the lanes that share one replica: a workgroup no larger than the adapter's smallest subgroup, so
// that no barrier is needed. Joined to resident kernels; invocation.wgsl is the same for one lane.

fn reduceSum(value: f32, lane: u32) -> f32 {
  return subgroupAdd(value);
}

fn reduceMax(value: f32, lane: u32) -> f32 {
  return subgroupMax(value);
}

fn reduceQuad(value: vec4<f32>) -> vec4<f32> {
  return subgroupAdd(value);
}
