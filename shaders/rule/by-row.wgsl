// Gate or decay differ from row to row. Joined: a rule, an integrator, common/number.wgsl. ratio = step/tau

struct Params {
  ratio: f32,
}

fn rateAt(to: f32, p: vec4<f32>) -> f32 {
  return rateOf(params.ratio, gateOf(to, p), decayOf(to, p));
}
