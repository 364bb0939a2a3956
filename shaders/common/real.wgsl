// Elementary functions that are accurate near 0 and finite at large arguments. The built-in tanh is NaN for
// |x| >= 89 on some adapters and loses digits near 0; its log is only good to 2^-21 absolute in [0.5, 2].

/// log(1 + y) for 0 <= y <= 1: 2 atanh(y / (2 + y)) as a series, |z| <= 1/3.
fn log1pUnit(y: f32) -> f32 {
  let z = y / (2.0 + y);
  let s = z * z;
  return 2.0 * z * (1.0 + s * (1.0 / 3.0 + s * (1.0 / 5.0 + s * (1.0 / 7.0 + s * (1.0 / 9.0 + s * (1.0 / 11.0
    + s * (1.0 / 13.0 + s / 15.0)))))));
}

/// 1 - exp(-z) for z >= 0 without cancellation at small z.
fn oneMinusExp(z: f32) -> f32 {
  if (z < 0.1) {
    return z * (1.0 - z * (0.5 - z * (1.0 / 6.0 - z * (1.0 / 24.0 - z / 120.0))));
  }
  return 1.0 - exp(-z);
}

/// tanh(x).
fn tanhStable(x: f32) -> f32 {
  let a = abs(x);
  if (a < 0.3) {
    let s = x * x;
    return x * (1.0 - s * (1.0 / 3.0 - s * (2.0 / 15.0 - s * (17.0 / 315.0 - s * 62.0 / 2835.0))));
  }
  let e = exp(-2.0 * min(a, 20.0));
  return sign(x) * (1.0 - e) / (1.0 + e);
}

/// log cosh(x).
fn logCosh(x: f32) -> f32 {
  let a = abs(x);
  if (a < 0.3) {
    let s = x * x;
    return s * (0.5 - s * (1.0 / 12.0 - s * (1.0 / 45.0 - s * (17.0 / 2520.0 - s * 31.0 / 14175.0))));
  }
  return a + log1pUnit(exp(-2.0 * min(a, 40.0))) - 0.693147180559945;
}

/// log(1 + exp(x)).
fn softplus(x: f32) -> f32 {
  return max(x, 0.0) + log1pUnit(exp(-min(abs(x), 90.0)));
}

/// 1 / (1 + exp(-x)).
fn sigmoidStable(x: f32) -> f32 {
  let e = exp(-min(abs(x), 90.0));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}

/// x^n for x >= 0, the small whole powers exactly.
fn powerOf(x: f32, n: f32) -> f32 {
  if (n == floor(n) && n <= 16.0) {
    var product = 1.0;
    for (var k = 0; k < i32(n); k++) {
      product *= x;
    }
    return product;
  }
  return select(pow(x, n), 0.0, x <= 0.0);
}

/// False for NaN and infinities. The bits are read because compilers may assume that floats are finite.
fn isFinite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

/// True for each NaN and infinity.
fn areBroken(x: vec4<f32>) -> vec4<bool> {
  return (bitcast<vec4<u32>>(x) & vec4<u32>(0x7f800000u)) == vec4<u32>(0x7f800000u);
}
