// Gate and decay are 1: the rate is the same for all rows, and computed on the host.

struct Params {
  rate: f32,
}

fn rateAt(to: f32, p: vec4<f32>) -> f32 {
  return params.rate;
}

fn moved(at: u32, before: vec4<f32>, to: f32, columns: vec4<f32>, lambda: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  var drive = driveOf(to, columns, p);
  if (BASED) {
    drive += lambda;
  }
  return advanced(at, before, vec4<f32>(rateAt(to, p)), vec4<f32>(decayOf(to, p)), drive);
}
