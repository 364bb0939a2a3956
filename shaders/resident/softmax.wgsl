// As whole.wgsl, for softmax: each exponential is computed once. Joined to lagrangian/softmax.wgsl.

fn firstQuad(before: f32, x: vec4<f32>, there: vec4<bool>, p: vec4<f32>) -> f32 {
  let all = select(vec4<f32>(FIRST_IDENTITY), x, there);
  return max(before, max(max(all.x, all.y), max(all.z, all.w)));
}

fn termsQuad(x: vec4<f32>, there: vec4<bool>, first: f32, n: f32, p: vec4<f32>) -> vec4<f32> {
  return select(vec4<f32>(0.0), exp(p.x * (x - first)), there);
}

fn activationQuad(x: vec4<f32>, terms: vec4<f32>, first: f32, second: f32, n: f32, p: vec4<f32>) -> vec4<f32> {
  return terms * (1.0 / second);
}
