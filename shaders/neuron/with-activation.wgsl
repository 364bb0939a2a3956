// Also computes g = dL/dx of the new state; `activation` is joined from shaders/lagrangian.

struct Params {
  p0: f32,
  p1: f32,
  p2: f32,
  p3: f32,
}

@group(0) @binding(0) var<storage, read_write> activations: array<f32>;

fn react(at: u32, x: f32) {
  activations[at] = activation(x, vec4<f32>(params.p0, params.p1, params.p2, params.p3));
}
