// The standard normal noise of the quad of neurons from neuron `index` on. Joined: common/random.wgsl.

fn noiseQuad(seed: u32, tick: u32, layer: u32, replica: u32, index: u32) -> vec4<f32> {
  var numbers = vec4<f32>(0.0);
  for (var c = 0u; c < 4u; c++) {
    numbers[c] = noise(seed, tick, layer, replica, index + c);
  }
  return numbers;
}
