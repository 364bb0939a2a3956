// The same as matrix/recall.wgsl for many replicas that share one matrix: output_mu (+)= sum_i A_mu,i x_i for
// four rows and four replicas at once, so that each number that is loaded is used four times.
//
//              replica  r  r+1  r+2  r+3
//   row mu              .   .    .    .        16 sums in registers; per step 4 loads of A,
//   row mu + 1          .   .    .    .        4 loads of x, 16 products of four numbers
//   row mu + 2          .   .    .    .
//   row mu + 3          .   .    .    .
//
//   A, rows [start, start + count)       x [replicas, vectorStride]       output [replicas, outputStride]
//
// `first` says whether to set or to add. A is joined from matrix/{f32,f16,binary}.wgsl. Tiles that reach over the
// edge read the last row or replica again and do not write it. Dispatch: x over fours of rows, y over fours of replicas.

override WORKGROUP: u32 = 64;
override HALF_NORM: bool = false;

struct Params {
  start: u32,
  count: u32,
  columns: u32,
  stride: u32,
  vectorStride: u32,
  outputStride: u32,
  replicas: u32,
  first: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> vector: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

fn put(row: u32, replica: u32, value: f32) {
  if (row < params.count && replica < params.replicas) {
    let at = replica * params.outputStride + params.start + row;
    output[at] = select(output[at], 0.0, params.first == 1u) + value;
  }
}

fn putRow(row: u32, replica: u32, sums: vec4<f32>, norm: f32) {
  var values = params.scale * sums;
  if (HALF_NORM) {
    values -= vec4<f32>(0.5 * params.scale * params.scale * (norm - paddingNorm()));
  }
  put(row, replica, values.x);
  put(row, replica + 1u, values.y);
  put(row, replica + 2u, values.z);
  put(row, replica + 3u, values.w);
}

@compute @workgroup_size(WORKGROUP)
fn recall_batch(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = 4u * id.x;
  let replica = 4u * id.y;
  if (row >= params.count) {
    return;
  }
  let rows = min(vec4<u32>(row) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.count - 1u));
  let x = (params.vectorStride / 4u)
    * min(vec4<u32>(replica) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.replicas - 1u));
  var sums0 = vec4<f32>(0.0);
  var sums1 = vec4<f32>(0.0);
  var sums2 = vec4<f32>(0.0);
  var sums3 = vec4<f32>(0.0);
  var norms = vec4<f32>(0.0);
  for (var quad = 0u; quad < (params.columns + 3u) / 4u; quad++) {
    let a0 = quadAt(rows.x, quad);
    let a1 = quadAt(rows.y, quad);
    let a2 = quadAt(rows.z, quad);
    let a3 = quadAt(rows.w, quad);
    // Columns are replicas, so that a row of A times it gives one number a replica.
    let v = mat4x4<f32>(vector[x.x + quad], vector[x.y + quad], vector[x.z + quad], vector[x.w + quad]);
    sums0 += a0 * v;
    sums1 += a1 * v;
    sums2 += a2 * v;
    sums3 += a3 * v;
    if (HALF_NORM) {
      norms += vec4<f32>(dot(a0, a0), dot(a1, a1), dot(a2, a2), dot(a3, a3));
    }
  }
  putRow(row, replica, sums0, norms.x);
  putRow(row + 1u, replica, sums1, norms.y);
  putRow(row + 2u, replica, sums2, norms.z);
  putRow(row + 3u, replica, sums3, norms.w);
}
