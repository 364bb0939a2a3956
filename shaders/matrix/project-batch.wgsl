// The same as matrix/project.wgsl for many replicas that share one matrix: output_i (+)= sum_mu A_mu,i x_mu for four
// columns and four replicas at once, four rows a step: 4 loads of A, 4 of x, 16 products of four numbers.
//
//   A, rows [start, start + count), start a multiple of 4; x [replicas, vectorStride]; output [replicas, outputStride]
//
// `first` says whether to set or to add. Tiles that reach over the edge read the last replica again and do not write it.
// Dispatch: x over groups of four columns, y over fours of replicas.

override WORKGROUP: u32 = 64;

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
@group(0) @binding(3) var<storage, read_write> output: array<vec4<f32>>;

fn put(quad: u32, replica: u32, value: vec4<f32>) {
  if (replica < params.replicas) {
    let at = replica * (params.outputStride / 4u) + quad;
    output[at] = select(output[at], vec4<f32>(0.0), params.first == 1u) + params.scale * value;
  }
}

@compute @workgroup_size(WORKGROUP)
fn project_batch(@builtin(global_invocation_id) id: vec3<u32>) {
  let quad = id.x;
  let replica = 4u * id.y;
  if (quad >= (params.columns + 3u) / 4u) {
    return;
  }
  let x = vec4<u32>(params.start / 4u) + (params.vectorStride / 4u)
    * min(vec4<u32>(replica) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.replicas - 1u));
  var sum0 = vec4<f32>(0.0);
  var sum1 = vec4<f32>(0.0);
  var sum2 = vec4<f32>(0.0);
  var sum3 = vec4<f32>(0.0);
  let whole = params.count / 4u;
  for (var four = 0u; four < whole; four++) {
    let row = 4u * four;
    // Columns are rows of A, so that A times the activations of one replica gives its four columns.
    let a = mat4x4<f32>(quadAt(row, quad), quadAt(row + 1u, quad), quadAt(row + 2u, quad), quadAt(row + 3u, quad));
    sum0 += a * vector[x.x + four];
    sum1 += a * vector[x.y + four];
    sum2 += a * vector[x.z + four];
    sum3 += a * vector[x.w + four];
  }
  for (var row = 4u * whole; row < params.count; row++) {
    let a = quadAt(row, quad);
    let part = row % 4u;
    sum0 += a * vector[x.x + whole][part];
    sum1 += a * vector[x.y + whole][part];
    sum2 += a * vector[x.z + whole][part];
    sum3 += a * vector[x.w + whole][part];
  }
  put(quad, replica, sum0);
  put(quad, replica + 1u, sum1);
  put(quad, replica + 2u, sum2);
  put(quad, replica + 3u, sum3);
}
