// A step of four entries by a custom rule, each with its own activations. Joined: rule/custom.wgsl, an integrator, an
// addition. ratio = step/tau

struct Params {
  ratio: f32,
}

fn movedEntries(at: u32, before: vec4<f32>, to: vec4<f32>, columns: vec4<f32>, lambda: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  var drive = vec4<f32>(0.0);
  var decay = vec4<f32>(0.0);
  for (var c = 0u; c < 4u; c++) {
    drive[c] = driveAt(to[c], columns[c], before[c], lambda[c], p);
    decay[c] = decayAt(to[c], columns[c], before[c], lambda[c], p);
  }
  return advanced(at, before, rateOf(params.ratio, vec4<f32>(1.0), decay), decay, drive);
}
