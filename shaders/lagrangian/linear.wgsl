// L = (s/2) sum x^2, g = s x.   p.x = gain s

fn activation(x: f32, p: vec4<f32>) -> f32 {
  return p.x * x;
}

fn lagrangianTerm(x: f32, p: vec4<f32>) -> f32 {
  return 0.5 * p.x * x * x;
}
