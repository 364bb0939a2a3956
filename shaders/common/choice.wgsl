// The arguments of an update: a step of one layer in one replica. Joined: common/random.wgsl.

struct Choice {
  size: u32,
  /// Number of earlier steps of the layer.
  step: u32,
  /// The number of the update.
  word: u32,
  seed: u32,
  tick: u32,
  layer: u32,
  replica: u32,
}

/// 32 random bits, from a separate stream from the noise.
fn drawn(choice: Choice, counter: u32) -> u32 {
  return philox(vec4<u32>(counter, choice.replica, choice.tick, choice.layer), vec2<u32>(choice.seed, 0x75706474u)).x;
}
