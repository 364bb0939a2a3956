// A step in float32 alone; neuron/carried.wgsl is the same in two words.

fn advanced(at: u32, before: f32, rate: f32, goal: f32, shake: f32) -> f32 {
  let after = before + rate * (goal - before);
  // Without noise the bits are those without the addition, including -0.
  return select(after + shake, after, shake == 0.0);
}
