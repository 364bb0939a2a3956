// A Lagrangian that needs the whole layer, for a quad of neurons; `there` marks the existing ones. Joined to the
// Lagrangian's own functions.

fn firstQuad(before: First, x: vec4<f32>, there: vec4<bool>, p: vec4<f32>) -> First {
  var first = before;
  for (var c = 0u; c < 4u; c++) {
    if (there[c]) {
      first = firstJoin(first, firstTerm(x[c], p));
    }
  }
  return first;
}

fn termsQuad(x: vec4<f32>, there: vec4<bool>, first: First, n: f32, p: vec4<f32>) -> vec4<f32> {
  var terms = vec4<f32>(0.0);
  for (var c = 0u; c < 4u; c++) {
    terms[c] = select(0.0, secondTerm(x[c], first, n, p), there[c]);
  }
  return terms;
}

/// `terms` are those of `termsQuad`, of which `second` is the sum.
fn activationQuad(x: vec4<f32>, terms: vec4<f32>, first: First, second: f32, n: f32, p: vec4<f32>) -> vec4<f32> {
  var g = vec4<f32>(0.0);
  for (var c = 0u; c < 4u; c++) {
    g[c] = activationOf(x[c], first, second, n, p);
  }
  return g;
}
