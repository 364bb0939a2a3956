// A step of four entries that may belong to different rows: `to` and `from` are the activations of each. Joined:
// a rule of activations, rule/steady.wgsl or rule/by-row.wgsl for its rate, an addition.

fn movedEntries(at: u32, before: vec4<f32>, to: vec4<f32>, columns: vec4<f32>, lambda: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  var drive = vec4<f32>(0.0);
  var rate = vec4<f32>(0.0);
  var decay = vec4<f32>(0.0);
  for (var c = 0u; c < 4u; c++) {
    drive[c] = driveOf(to[c], vec4<f32>(columns[c]), p).x;
    rate[c] = rateAt(to[c], p);
    decay[c] = decayOf(to[c], p);
  }
  if (BASED) {
    drive += lambda;
  }
  return advanced(at, before, rate, decay, drive);
}
