// L = (1/2) sum max(x, 0)^2, g = max(x, 0).

fn activation(x: f32, p: vec4<f32>) -> f32 {
  return max(x, 0.0);
}

fn lagrangianTerm(x: f32, p: vec4<f32>) -> f32 {
  let y = max(x, 0.0);
  return 0.5 * y * y;
}
