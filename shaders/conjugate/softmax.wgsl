// L* = (1/beta) sum y log y, of 0 <= y <= 1.   p.x = beta

fn conjugateTerm(y: f32, p: vec4<f32>) -> f32 {
  let x = clamp(y, 0.0, 1.0);
  return select(x * log(x), 0.0, x == 0.0) / p.x;
}
