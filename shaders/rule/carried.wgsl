// A step in two words, for couplings that are slow relative to their step. carry: rows and columns of the matrix.
// Joined in place of rule/rounded.wgsl: common/carry.wgsl.

struct Params {
  carries: u32,
  zero: u32,
}

@group(0) @binding(0) var<storage, read_write> carry: array<vec4<f32>>;

fn advanced(at: u32, before: vec4<f32>, rate: vec4<f32>, decay: vec4<f32>, drive: vec4<f32>) -> vec4<f32> {
  let kept = carryOfQuad(before, carry[at], params.zero);
  let sum = addCarriedQuad(before, kept, rate * ((drive - decay * before) - decay * kept), params.carries, params.zero);
  carry[at] = sum.carry;
  return sum.value;
}

/// The same after deferred steps, which add `deferred` to `before`.
fn renewed(at: u32, before: vec4<f32>, deferred: vec4<f32>, rate: f32, goal: vec4<f32>) -> vec4<f32> {
  let kept = carryOfQuad(before, carry[at], params.zero);
  let step = deferred + rate * (goal - (before + deferred));
  let sum = addCarriedQuad(before, kept, step, params.carries, params.zero);
  carry[at] = sum.carry;
  return sum.value;
}
