// Squared distance of each row of a matrix A from scale times the same row of a target T:
//   output_i = sum_j (unit (matrixUnit A_ij - scale T_ij))^2
// unit is a power of two that keeps the squares within float32. Joined: common/params-uniform.wgsl or params-per-replica.wgsl.
// HOLLOW: without the diagonal.
//   A, rows [start, start + count) of all copies (see product/matvec.wgsl), joined from product/{f32,f16,binary}.wgsl
//   T, rows [targetStart, targetStart + targetCount), [.., targetStride]; output [replicas, outputStride]
// Dispatch: x over the rows of one copy, y over replicas.

override WORKGROUP: u32 = 64;
override HOLLOW: bool = false;

struct Params {
  start: u32,
  count: u32,
  rows: u32,
  columns: u32,
  stride: u32,
  replicaStep: u32,
  matrixUnit: f32,
  targetStart: u32,
  targetCount: u32,
  targetStride: u32,
  scale: f32,
  unit: f32,
  outputStride: u32,
}

@group(0) @binding(2) var<storage, read> aim: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn distance(@builtin(global_invocation_id) id: vec3<u32>) {
  useReplica(id.y);
  if (id.x >= params.rows) {
    return;
  }
  let row = id.y * params.replicaStep + id.x - params.start;
  // Unsigned differences: rows before a block wrap to large numbers and are outside as well.
  let targetRow = id.x - params.targetStart;
  if (row >= params.count || targetRow >= params.targetCount) {
    return;
  }
  var sum = vec4<f32>(0.0);
  for (var quad = 0u; quad < (params.columns + 3u) / 4u; quad++) {
    let column = vec4<u32>(4u * quad) + vec4<u32>(0u, 1u, 2u, 3u);
    let isIn = (column < vec4<u32>(params.columns)) & (vec4<bool>(!HOLLOW) | (column != vec4<u32>(id.x)));
    let d = params.matrixUnit * quadAt(row, quad) - params.scale * aim[targetRow * (params.targetStride / 4u) + quad];
    let e = select(vec4<f32>(0.0), params.unit * d, isIn);
    sum += e * e;
  }
  output[id.y * params.outputStride + id.x] = (sum.x + sum.y) + (sum.z + sum.w);
}
