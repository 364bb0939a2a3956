// The end of a step of several stages, in float32 alone; neuron/ended-carried.wgsl is the same in two words.

fn ended(at: u32, start: f32, step: f32) -> f32 {
  return start + step;
}
