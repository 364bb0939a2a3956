// L* = ((n - 1)/n) |y|^(n/(n - 1)), of y >= 0 when rectified.   p = (degree n, rectified)

fn conjugateTerm(y: f32, p: vec4<f32>) -> f32 {
  let x = select(abs(y), max(y, 0.0), p.y != 0.0);
  let value = ((p.x - 1.0) / p.x) * pow(x, p.x / (p.x - 1.0));
  return select(value, 0.0, x == 0.0);
}
