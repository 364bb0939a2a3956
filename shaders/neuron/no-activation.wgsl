// A separate dispatch computes the activation.

fn react(at: u32, x: f32) {
}
