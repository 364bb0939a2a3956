// A x for a symmetric A; only the diagonal and the entries above are loaded, each once. An invocation goes
// down eight columns, to the diagonal or through one chunk of rows on the way there:
// s down sums over the rows, for the eight columns: partial [strips + chunk, column]
//   . . . o . .        across  sums over the columns, what the rows above get from these: partial [s, row]
//   . . . o . .
//     . . o . .        synapse/symv-reduce adds up what a neuron gets from its own strip and from all strips on its right.
//       . o . .
//         o . .        A [copies, columns, stride]; x and partial of the replicas from replica0 on.
//
// Dispatch: x over strips, y over chunks, z over the copies in this block. Padding of x is 0.

override WORKGROUP: u32 = 64;

struct Params {
  columns: u32,
  stride: u32,
  chunk: u32,
  replica0: u32,
  partials: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> matrix: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> vector: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> partial: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP)
fn symv(@builtin(global_invocation_id) id: vec3<u32>) {
  let quads = params.stride / 4u;
  let strips = (quads + 1u) / 2u;
  let quad = 2u * id.x;
  let top = id.y * (params.chunk / 4u);
  if (id.x >= strips || top > quad) {
    return;
  }
  let replica = params.replica0 + id.z;
  let x = replica * quads;
  let sums = replica * params.partials * quads;
  let isWide = quad + 1u < quads;
  let quad1 = select(quad, quad + 1u, isWide);
  let c0 = vector[x + quad];
  let c1 = select(vec4<f32>(0.0), vector[x + quad1], isWide);
  let first = id.z * params.columns * quads;
  let bottom = top + params.chunk / 4u;
  var down0 = vec4<f32>(0.0);
  var down1 = vec4<f32>(0.0);
  for (var row = top; row < min(bottom, quad); row++) {
    let v = vector[x + row];
    let at = first + 4u * row * quads;
    let a$k = matrix[at + $ku * quads + quad]; //: k in 4
    let b$k = matrix[at + $ku * quads + quad1]; //: k in 4
    down0 += a0 * v.x + a1 * v.y + a2 * v.z + a3 * v.w;
    down1 += b0 * v.x + b1 * v.y + b2 * v.z + b3 * v.w;
    partial[sums + id.x * quads + row] = vec4<f32>(
      dot(a0, c0) + dot(b0, c1),
      dot(a1, c0) + dot(b1, c1),
      dot(a2, c0) + dot(b2, c1),
      dot(a3, c0) + dot(b3, c1),
    );
  }
  // The block on the diagonal is whole.
  for (var row = quad; row < min(quad + 2u, quads) && quad < bottom; row++) {
    let v = vector[x + row];
    // In place of rows beyond the last one, the last one is multiplied by the padding of x.
    let at$k = first + min(4u * row + $ku, params.columns - 1u) * quads; //: k in 4
    let a$k = matrix[at$k + quad]; //: k in 4
    let b$k = matrix[at$k + quad1]; //: k in 4
    down0 += a0 * v.x + a1 * v.y + a2 * v.z + a3 * v.w;
    down1 += b0 * v.x + b1 * v.y + b2 * v.z + b3 * v.w;
  }
  let own = sums + (strips + id.y) * quads;
  partial[own + quad] = down0;
  if (isWide) {
    partial[own + quad1] = down1;
  }
}
