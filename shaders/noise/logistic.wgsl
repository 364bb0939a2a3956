// Logistic noise of scale 1. Joined: common/random.wgsl.

/// The logistic noise of one neuron in one tick: log(u / (1 - u)).
fn noise(seed: u32, tick: u32, layer: u32, replica: u32, index: u32) -> f32 {
  let words = philox(vec4<u32>(index, replica, tick, layer), vec2<u32>(seed, 0x656e6772u));
  let u = uniformOf(words.x);
  return log(u) - log(1.0 - u);
}
