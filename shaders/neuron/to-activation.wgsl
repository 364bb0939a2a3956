// A leak of the output: the target is g(b + I) in place of b + I. Joined: `activation` from shaders/lagrangian,
// and the addition, whose `advanced` is renamed to `towards`.

struct Params {
  p0: f32,
  p1: f32,
  p2: f32,
  p3: f32,
}

fn advanced(at: u32, before: f32, rate: f32, goal: f32, shake: f32) -> f32 {
  let p = vec4<f32>(params.p0, params.p1, params.p2, params.p3);
  return towards(at, before, rate, activation(goal, p), shake);
}
