// L = (1/a) sum log cosh(a x), g = tanh(a x).   p.x = gain a

fn activation(x: f32, p: vec4<f32>) -> f32 {
  return tanhStable(p.x * x);
}

fn lagrangianTerm(x: f32, p: vec4<f32>) -> f32 {
  let y = p.x * x;
  // Near 0 and for large x, y^2 and y leave the range of float32 before L does.
  if (abs(y) < 0x1p-50f) {
    return 0.5 * x * y;
  }
  return select(logCosh(y) / p.x, abs(x), abs(y) > 0x1p60f);
}
