// L = (1/n) sum F, g = F'/n; F = max(x, 0)^n, or x^n when not rectified (Krotov, Hopfield 2016).
// p.x = degree n, p.y = 1 when rectified

fn activation(x: f32, p: vec4<f32>) -> f32 {
  if (p.y > 0.0) {
    return powerOf(max(x, 0.0), p.x - 1.0);
  }
  return powerOf(abs(x), p.x - 1.0) * select(1.0, sign(x), i32(p.x) % 2 == 0);
}

/// x^n / n for x >= 0, also where x^n overflows float32 and the result does not.
fn nthOf(x: f32, n: f32) -> f32 {
  let power = powerOf(x, n);
  if (isFinite(power)) {
    return power / n;
  }
  return powerOf(x, n - 1.0) * (x / n);
}

fn lagrangianTerm(x: f32, p: vec4<f32>) -> f32 {
  if (p.y > 0.0) {
    return nthOf(max(x, 0.0), p.x);
  }
  return nthOf(abs(x), p.x) * select(sign(x), 1.0, i32(p.x) % 2 == 0);
}
