// Normal noise. Joined: common/random.wgsl, common/real.wgsl.

/// cos(2 pi u) for u in (0, 1), to 1e-7 on every adapter: the built-in cos may have an error of 2^-11.
fn cosTurn(u: f32) -> f32 {
  let away = abs(u - 0.5);
  let angle = 6.283185307179586 * (0.25 - min(away, 0.5 - away));
  let s = angle * angle;
  let sine = angle * (1.0 - s * (1.0 / 6.0 - s * (1.0 / 120.0 - s * (1.0 / 5040.0 - s * (1.0 / 362880.0
    - s / 39916800.0)))));
  return select(-sine, sine, away > 0.25);
}

/// Two words as one standard normal number, by Box and Muller.
fn normalOf(word0: u32, word1: u32) -> f32 {
  let u = uniformOf(word0);
  let logarithm = select(log(u), -log1pUnit(clamp((1.0 - u) / u, 0.0, 1.0)), u >= 0.5);
  return sqrt(-2.0 * logarithm) * cosTurn(uniformOf(word1));
}

/// The standard normal noise of one neuron in one tick.
fn noise(seed: u32, tick: u32, layer: u32, replica: u32, index: u32) -> f32 {
  let words = philox(vec4<u32>(index, replica, tick, layer), vec2<u32>(seed, 0x656e6772u));
  return normalOf(words.x, words.y);
}
