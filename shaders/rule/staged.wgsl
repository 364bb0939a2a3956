// One stage of a step that has several. starts, sums: rows and columns of the matrix, where the step began and the sum of the
// gains so far. Joined in place of rule/rounded.wgsl, with rule/ended.wgsl or ended-carried.wgsl for the last stage.

struct Params {
  weight: f32,
  reach: f32,
  begins: u32,
  ends: u32,
}

@group(0) @binding(0) var<storage, read_write> starts: array<vec4<f32>>;
@group(0) @binding(0) var<storage, read_write> sums: array<vec4<f32>>;

fn advanced(at: u32, before: vec4<f32>, rate: vec4<f32>, decay: vec4<f32>, drive: vec4<f32>) -> vec4<f32> {
  let gain = rate * (drive - decay * before);
  var start = before;
  var sum = params.weight * gain;
  if (params.begins == 0u) {
    start = starts[at];
    sum += sums[at];
  }
  if (params.ends == 1u) {
    return ended(at, start, sum);
  }
  starts[at] = start;
  sums[at] = sum;
  return start + params.reach * gain;
}
