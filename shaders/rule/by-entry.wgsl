// Each entry has a separate drive and decay. Joined: a rule, an integrator, resident/rows.wgsl. ratio = step/tau

struct Params {
  stride: u32,
  columns: u32,
  ratio: f32,
}

fn moved(at: u32, before: vec4<f32>, to: f32, columns: vec4<f32>, lambda: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  let decay = decaysOf(to, columns, before, lambda, p);
  let rate = rateOf(params.ratio, vec4<f32>(1.0), decay);
  let drive = drivesOf(to, columns, before, lambda, p);
  // The padding of a row stays 0.
  let column = 4u * (at % (params.stride / 4u)) + vec4<u32>(0u, 1u, 2u, 3u);
  let there = column < vec4<u32>(params.columns);
  return select(vec4<f32>(0.0), advanced(at, before, rate, decay, drive), there);
}
