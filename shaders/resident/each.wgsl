// A Lagrangian that is a sum over neurons, for a quad of them. Joined to the Lagrangian's own functions. Loops, so
// that what they call stands in the kernel once a quad and not four times: compilers take their time for each.

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
