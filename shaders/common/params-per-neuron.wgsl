// Numbers that differ from neuron to neuron replace those of the layer; `params` then holds those of the neuron that was
// named last. values [valueRows, 7, valueStride]: rate, sigma, 1 / tau, p; `shakes` is 0 in stages that add no noise.
// Joined: common/params-private.wgsl or params-per-replica.wgsl.

struct Params {
  valueRows: u32,
  valueStride: u32,
  shakes: f32,
  rate: f32,
  sigma: f32,
  perTau: f32,
  p0: f32,
  p1: f32,
  p2: f32,
  p3: f32,
}

@group(0) @binding(0) var<storage, read> values: array<f32>;

fn useNeuron(replica: u32, index: u32) {
  let n = params.valueStride;
  let at = 7u * n * (replica % params.valueRows) + index;
  params.rate = values[at];
  params.sigma = params.shakes * values[at + n];
  params.perTau = values[at + 2u * n];
  params.p0 = values[at + 3u * n];
  params.p1 = values[at + 4u * n];
  params.p2 = values[at + 5u * n];
  params.p3 = values[at + 6u * n];
}
