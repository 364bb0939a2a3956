// A Lagrangian that is a sum over neurons, for a quad of neurons. Joined to the Lagrangian's functions. Loops, so
// that the kernel contains each call once for a quad, not four times, which compiles faster.

fn activationQuad(x: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  var g = vec4<f32>(0.0);
  for (var c = 0u; c < 4u; c++) {
    g[c] = activation(x[c], p);
  }
  return g;
}

fn lagrangianQuad(x: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  var terms = vec4<f32>(0.0);
  for (var c = 0u; c < 4u; c++) {
    terms[c] = lagrangianTerm(x[c], p);
  }
  return terms;
}
