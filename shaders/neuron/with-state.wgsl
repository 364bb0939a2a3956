// The state itself is sent (`leak: "output"`).

@group(0) @binding(0) var<storage, read_write> activations: array<f32>;

fn react(at: u32, x: f32) {
  activations[at] = x;
}
