// Squared distance of each row of a sparse matrix from its base: the sum over its entries of (unit (A - base))^2, unit a power of
// two that keeps the squares within float32. Joined: product/sparse-span.wgsl, common/params-uniform.wgsl or params-per-replica.wgsl.
//   matrix [replicas, copyStride], base [copyStride], present when BASED; output [replicas, outputStride]
// Dispatch: x over rows, y over replicas.

override WORKGROUP: u32 = 64;
override BASED: bool = false;

struct Params {
  outputs: u32,
  copyStride: u32,
  outputStride: u32,
  unit: f32,
}

@group(0) @binding(1) var<storage, read> matrix: array<f32>;
@group(0) @binding(2) var<storage, read> base: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn sparseDeviation(@builtin(global_invocation_id) id: vec3<u32>) {
  useReplica(id.y);
  if (id.x >= params.outputs) {
    return;
  }
  let span = spanOf(id.x);
  var sum = 0.0;
  for (var entry = span.x; entry < span.y; entry++) {
    var d = matrix[id.y * params.copyStride + entry];
    if (BASED) {
      d -= base[entry];
    }
    d *= params.unit;
    sum += d * d;
  }
  output[id.y * params.outputStride + id.x] = sum;
}
