// The end of a step of several stages in two words. carry: rows and columns of the matrix. Joined: common/carry.wgsl.

struct Params {
  carries: u32,
  zero: u32,
}

@group(0) @binding(0) var<storage, read_write> carry: array<vec4<f32>>;

fn ended(at: u32, start: vec4<f32>, step: vec4<f32>) -> vec4<f32> {
  let sum = addCarriedQuad(start, carryOfQuad(start, carry[at], params.zero), step, params.carries, params.zero);
  carry[at] = sum.carry;
  return sum.value;
}
