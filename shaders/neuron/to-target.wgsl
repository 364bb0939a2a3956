// A leak of the output with an activation of the whole layer: `goals` [replicas, layerStride] holds g(b + I).
// Joined: the addition, whose `advanced` is renamed to `towards`.

@group(0) @binding(0) var<storage, read> goals: array<f32>;

fn advanced(at: u32, before: f32, rate: f32, goal: f32, shake: f32) -> f32 {
  return towards(at, before, rate, goals[at], shake);
}
