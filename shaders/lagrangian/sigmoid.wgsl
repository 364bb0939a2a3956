// L = (1/a) sum log(1 + e^(a x)), g = 1 / (1 + e^(-a x)).   p.x = gain a

fn activation(x: f32, p: vec4<f32>) -> f32 {
  return sigmoidStable(p.x * x);
}

fn lagrangianTerm(x: f32, p: vec4<f32>) -> f32 {
  let y = p.x * x;
  // For large x, y overflows float32 before L does.
  return select(softplus(y) / p.x, max(x, 0.0), abs(y) > 0x1p60f);
}
