// A step in float32 alone; rule/carried.wgsl is the same in two words.

fn advanced(at: u32, before: vec4<f32>, rate: vec4<f32>, decay: vec4<f32>, drive: vec4<f32>) -> vec4<f32> {
  return before + rate * (drive - decay * before);
}

/// The same after deferred steps, which turned `before` into `deferred`.
fn renewed(at: u32, before: vec4<f32>, deferred: vec4<f32>, rate: f32, goal: vec4<f32>) -> vec4<f32> {
  return deferred + rate * (goal - deferred);
}
