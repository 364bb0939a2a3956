// A step in float32 alone; neuron/carried.wgsl is the same in two words.

fn advanced(at: u32, before: f32, rate: f32, goal: f32, shake: f32) -> f32 {
  let after = before + rate * (goal - before);
  // A layer without noise gets the bits that it has without the addition, -0 among them.
  return select(after + shake, after, shake == 0.0);
}
