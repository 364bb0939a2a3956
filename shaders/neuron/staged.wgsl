// One stage of a step that has several. stages [2, replicas, layerStride]: the start of the step, and the sum of
// the gains so far. Joined in place of neuron/rounded.wgsl, with neuron/ended.wgsl or ended-carried.wgsl for the
// last stage.

struct Params {
  weight: f32,
  reach: f32,
  begins: u32,
  ends: u32,
}

@group(0) @binding(0) var<storage, read_write> stages: array<f32>;

fn advanced(at: u32, before: f32, rate: f32, goal: f32, shake: f32) -> f32 {
  let sums = arrayLength(&stages) / 2u;
  let gain = rate * (goal - before);
  var start = before;
  var sum = params.weight * gain;
  if (params.begins == 0u) {
    start = stages[at];
    sum += stages[sums + at];
  }
  if (params.ends == 1u) {
    return ended(at, start, sum + shake);
  }
  stages[at] = start;
  stages[sums + at] = sum;
  return start + params.reach * gain;
}
