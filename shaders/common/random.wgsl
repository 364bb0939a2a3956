// Philox4x32-10 (Salmon et al. 2011), the same function as src/core/model/random.ts: a random number depends on
// its counter and key only, never on the order of dispatches.

fn multiplyHigh(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let carry = (middle & 0xffffu) + a0 * b1;
  return a1 * b1 + (middle >> 16u) + (carry >> 16u);
}

fn philox(start: vec4<u32>, startKey: vec2<u32>) -> vec4<u32> {
  var c = start;
  var k = startKey;
  for (var round = 0; round < 10; round++) {
    let high0 = multiplyHigh(0xd2511f53u, c.x);
    let high1 = multiplyHigh(0xcd9e8d57u, c.z);
    c = vec4<u32>(high1 ^ c.y ^ k.x, 0xcd9e8d57u * c.z, high0 ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

/// A word as a number in (0, 1), exact in f32.
fn uniformOf(word: u32) -> f32 {
  return (f32(word >> 9u) + 0.5) / 8388608.0;
}

/// cos(2 pi u) for u in (0, 1), to 1e-7 on every adapter: WGSL's own cos may be off by 2^-11.
fn cosTurn(u: f32) -> f32 {
  let away = abs(u - 0.5);
  let angle = 6.283185307179586 * (0.25 - min(away, 0.5 - away));
  let s = angle * angle;
  let sine = angle * (1.0 - s * (1.0 / 6.0 - s * (1.0 / 120.0 - s * (1.0 / 5040.0 - s * (1.0 / 362880.0
    - s / 39916800.0)))));
  return select(-sine, sine, away > 0.25);
}

/// Two words as one standard normal number, by Box and Muller. Joined: common/real.wgsl.
fn normalOf(word0: u32, word1: u32) -> f32 {
  let u = uniformOf(word0);
  let logarithm = select(log(u), -log1pUnit(clamp((1.0 - u) / u, 0.0, 1.0)), u >= 0.5);
  return sqrt(-2.0 * logarithm) * cosTurn(uniformOf(word1));
}

/// The standard normal number that drives one neuron at one tick.
fn noise(seed: u32, tick: u32, layer: u32, replica: u32, index: u32) -> f32 {
  let words = philox(vec4<u32>(index, replica, tick, layer), vec2<u32>(seed, 0x656e6772u));
  return normalOf(words.x, words.y);
}
