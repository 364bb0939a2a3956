// A step in two words, for layers that are slow relative to their step. carry [replicas, layerStride].
// Joined in place of neuron/rounded.wgsl: common/carry.wgsl.

struct Params {
  carries: u32,
  zero: u32,
}

@group(0) @binding(0) var<storage, read_write> carry: array<f32>;

fn advanced(at: u32, before: f32, rate: f32, goal: f32, shake: f32) -> f32 {
  let kept = carryOf(before, carry[at], params.zero);
  let step = rate * ((goal - before) - kept) + shake;
  let sum = addCarried(before, kept, step, params.carries, params.zero);
  carry[at] = sum.carry;
  return sum.value;
}
