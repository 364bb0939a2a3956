// L* = 0, of |y| <= 1

fn conjugateTerm(y: f32, p: vec4<f32>) -> f32 {
  return 0.0;
}
