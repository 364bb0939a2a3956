// L* = y^2 / 2, of y >= 0

fn conjugateTerm(y: f32, p: vec4<f32>) -> f32 {
  let x = max(y, 0.0);
  return 0.5 * x * x;
}
