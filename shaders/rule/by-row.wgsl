// Gate or decay differ from row to row. Joined: a rule, an integrator, common/number.wgsl. ratio = step/tau

struct Params {
  ratio: f32,
}

fn rateAt(to: f32, p: vec4<f32>) -> f32 {
  return rateOf(params.ratio, gateOf(to, p), decayOf(to, p));
}

fn moved(at: u32, before: vec4<f32>, to: f32, columns: vec4<f32>, lambda: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  var drive = driveOf(to, columns, p);
  if (BASED) {
    drive += lambda;
  }
  return advanced(at, before, vec4<f32>(rateAt(to, p)), vec4<f32>(decayOf(to, p)), drive);
}
