// L = (1/a) sum log cosh(a x), g = tanh(a x).   p.x = gain a

fn activation(x: f32, p: vec4<f32>) -> f32 {
  return tanhStable(p.x * x);
}

fn lagrangianTerm(x: f32, p: vec4<f32>) -> f32 {
  return logCosh(p.x * x) / p.x;
}
