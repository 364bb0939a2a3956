// Squared distance of each row of a coupling matrix from its base: sum_i (unit (A_mu,i - base_mu,i))^2,
// unit a power of two that keeps the squares within float32. Joined: common/params-uniform.wgsl or params-per-replica.wgsl.
// FOLDED: for a symmetric matrix that is stored on and above the diagonal, in tiles of 8 x 8 (synapse/symv.wgsl).
//   matrix, rows [start, start + count) of all replicas, [.., stride]; base [rows, stride], or one for each
//   replica where baseRows is not 0, present when BASED
//   output [replicas * rows]. Dispatch: x over the rows of the block.

override WORKGROUP: u32 = 64;
override BASED: bool = false;
override FOLDED: bool = false;

struct Params {
  start: u32,
  count: u32,
  rows: u32,
  stride: u32,
  baseStart: u32,
  baseRows: u32,
  outputStride: u32,
  unit: f32,
}

@group(0) @binding(1) var<storage, read> matrix: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> base: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn deviation(@builtin(global_invocation_id) id: vec3<u32>) {
  useReplica(0u);
  if (id.x >= params.count) {
    return;
  }
  let replica = (params.start + id.x) / params.rows;
  useReplica(replica);
  let quads = params.stride / 4u;
  let row = (params.start + id.x) % params.rows;
  var sum = vec4<f32>(0.0);
  let diagonal = 2u * (row / 8u);
  for (var quad = select(0u, diagonal, FOLDED); quad < quads; quad++) {
    var d = matrix[id.x * quads + quad];
    if (BASED) {
      d -= base[(row + replica * params.baseRows - params.baseStart) * quads + quad];
    }
    d *= params.unit;
    sum += select(1.0, 2.0, FOLDED && quad > diagonal + 1u) * d * d;
  }
  output[replica * params.outputStride + row] = (sum.x + sum.y) + (sum.z + sum.w);
}
