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
