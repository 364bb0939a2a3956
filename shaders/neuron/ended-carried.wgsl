// The end of a step of several stages in two words. carry [replicas, layerStride]. Joined: common/carry.wgsl.

struct Params {
  carries: u32,
  zero: u32,
}

@group(0) @binding(0) var<storage, read_write> carry: array<f32>;

fn ended(at: u32, start: f32, step: f32) -> f32 {
  let sum = addCarried(start, carryOf(start, carry[at], params.zero), step, params.carries, params.zero);
  carry[at] = sum.carry;
  return sum.value;
}
