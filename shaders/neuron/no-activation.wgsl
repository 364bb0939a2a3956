// The activation is left to a dispatch of its own.

fn react(at: u32, x: f32) {
}
