// L = (1/a) sum log(1 + e^(a x)), g = 1 / (1 + e^(-a x)).   p.x = gain a

fn activation(x: f32, p: vec4<f32>) -> f32 {
  return sigmoidStable(p.x * x);
}

fn lagrangianTerm(x: f32, p: vec4<f32>) -> f32 {
  return softplus(p.x * x) / p.x;
}
