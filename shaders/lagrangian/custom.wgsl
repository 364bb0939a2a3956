// Functions for the expressions of a custom Lagrangian, in addition to common/real.wgsl and the built-in ones.
// `activation` and `lagrangianTerm` are generated from the user's two expressions and appended.

/// x^n; for x < 0 where n is whole and at most 16 in size, else NaN there. Small whole powers are products.
fn powerSigned(x: f32, n: f32) -> f32 {
  let a = abs(n);
  if (n == trunc(n) && a <= 16.0) {
    var product = 1.0;
    for (var k = 0; k < i32(a); k++) {
      product *= x;
    }
    return select(product, 1.0 / product, n < 0.0);
  }
  return pow(x, n);
}

/// Replaces the built-in clamp, which may refuse constants with low > high at compile time.
fn clampTo(x: f32, low: f32, high: f32) -> f32 {
  return min(max(x, low), high);
}

/// 0 below low, 1 above high, t^2 (3 - 2 t) between.
fn smoothStepOf(low: f32, high: f32, x: f32) -> f32 {
  let t = clampTo((x - low) / (high - low), 0.0, 1.0);
  return t * t * (3.0 - 2.0 * t);
}

/// sinh(x), without cancellation near 0.
fn sinhStable(x: f32) -> f32 {
  if (abs(x) < 0.5) {
    let s = x * x;
    return x * (1.0 + s * (1.0 / 6.0 + s * (1.0 / 120.0 + s * (1.0 / 5040.0 + s / 362880.0))));
  }
  return 0.5 * (exp(x) - exp(-x));
}

/// asinh(x) = log(1 + y) with y = |x| + x^2 / (1 + sqrt(1 + x^2)), sign restored.
fn asinhStable(x: f32) -> f32 {
  let a = abs(x);
  let y = a + a * a / (1.0 + sqrt(1.0 + a * a));
  if (a < 0.5) {
    return sign(x) * log1pUnit(y);
  }
  // Beyond 1e9 the square may overflow, and 2 a is exact to float32.
  return sign(x) * select(log(1.0 + y), log(a) + 0.693147180559945, a > 1e9);
}

/// atanh(x) = log(1 + 2 a / (1 - a)) / 2 with a = |x|, sign restored.
fn atanhStable(x: f32) -> f32 {
  let a = abs(x);
  let y = 2.0 * a / (1.0 - a);
  if (a < 0.3) {
    return sign(x) * 0.5 * log1pUnit(y);
  }
  return sign(x) * 0.5 * log(1.0 + y);
}
