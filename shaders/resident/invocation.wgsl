// As subgroup.wgsl, for one lane: one invocation computes a replica.

fn reduceSum(value: f32, lane: u32) -> f32 {
  return value;
}

fn reduceMax(value: f32, lane: u32) -> f32 {
  return value;
}

fn reduceQuad(value: vec4<f32>) -> vec4<f32> {
  return value;
}
