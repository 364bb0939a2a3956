// The end of a step of several stages, in float32 alone; rule/ended-carried.wgsl is the same in two words.

fn ended(at: u32, start: vec4<f32>, step: vec4<f32>) -> vec4<f32> {
  return start + step;
}
