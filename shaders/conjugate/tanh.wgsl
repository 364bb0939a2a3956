// L* = (y atanh y + log(1 - y^2) / 2) / a, for |y| <= 1; log(2) / a at both ends.   p.x = gain a

fn conjugateTerm(y: f32, p: vec4<f32>) -> f32 {
  let x = min(abs(y), 1.0);
  let s = x * x;
  // The logarithms cancel near 0.
  if (x < 0.25) {
    return s * (0.5 + s * (1.0 / 12.0 + s * (1.0 / 30.0 + s * (1.0 / 56.0 + s / 90.0)))) / p.x;
  }
  let rest = 1.0 - x;
  let low = select(rest * log(rest), 0.0, rest == 0.0);
  return 0.5 * ((1.0 + x) * log(1.0 + x) + low) / p.x;
}
