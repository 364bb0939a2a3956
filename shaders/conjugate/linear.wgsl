// L* = y^2 / (2 a).   p.x = gain a

fn conjugateTerm(y: f32, p: vec4<f32>) -> f32 {
  return 0.5 * y * (y / p.x);
}
