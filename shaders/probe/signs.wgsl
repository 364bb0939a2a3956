// Signs of a layer and of patterns: each pattern p and replica gets factor * sum_i (counted |s_i| + compared s_i sign g_i),
// s_i the sign of entry i of the pattern, and signs of 0 are 0. All terms are multiples of 1/2, so their sum is exact.
//   activations [replicas, layerStride]; patterns, rows [start, start + count) of `rows`, or of copyRows for each replica, [.., stride]
// Joined: common/reduce-tree.wgsl or reduce-subgroup.wgsl. Dispatch: x over patterns, a workgroup each or several, y over replicas.

struct Params {
  size: u32,
  layerStride: u32,
  start: u32,
  count: u32,
  rows: u32,
  copyRows: u32,
  stride: u32,
  counted: f32,
  compared: f32,
  factor: f32,
  slotWord: u32,
  ringStart: u32,
  sampleWords: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> activations: array<f32>;
@group(0) @binding(2) var<storage, read> patterns: array<f32>;
@group(0) @binding(3) var<storage, read_write> ring: array<f32>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn signs(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var pattern = group.x; pattern < params.rows; pattern += groups.x) {
    let at = pattern + group.y * params.copyRows;
    if (at < params.start || at >= params.start + params.count) {
      continue;
    }
    let row = at - params.start;
    var total = 0.0;
    for (var i = lane; i < params.size; i += WORKGROUP) {
      let s = sign(patterns[row * params.stride + i]);
      total += params.counted * abs(s) + params.compared * s * sign(activations[group.y * params.layerStride + i]);
    }
    let reduced = reduceSum(total, lane);
    if (lane == 0u) {
      ring[params.ringStart + u32(clock[params.slotWord]) * params.sampleWords + group.y * params.rows
        + pattern] = params.factor * reduced;
    }
  }
}
