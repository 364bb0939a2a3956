// sum_mu A_mu,i x_mu: what a layer gets back from the rows of a memory, or W g for a symmetric W. A tile of QUADS groups
// of four columns and STATES replicas at once, four rows a step; by one invocation, or by LANES that share the rows.
// Neighbouring invocations read neighbouring columns.
// STATES > 1 only where replicas share A.
//
//   A: `rows` rows from row `row0` of its copy on, a multiple of 4; replica r has those from (r - replica0) copyRows on
//   x [.., vectorStride], of the replicas [replica0, replica0 + replicas); its padding is 0
//
// Joined: A from matrix/{f32,f16,binary}.wgsl, its scale and what else belongs to the product from
// matrix/{plain,fading,hollow}.wgsl, what becomes of it from matrix/collect.wgsl or neuron/step.wgsl, and how lanes
// share from matrix/{alone,together}.wgsl.
// Dispatch: x over tiles of columns, y over tiles of replicas.

override WORKGROUP: u32 = 64;

struct Params {
  row0: u32,
  rows: u32,
  columns: u32,
  stride: u32,
  copyRows: u32,
  replica0: u32,
  replicas: u32,
  vectorStride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> vector: array<vec4<f32>>;

fn give(quad: u32, replica: u32, product: vec4<f32>) {
  if (replica < params.replicas) {
    for (var k = 0u; k < 4u && 4u * quad + k < params.columns; k++) {
      let index = 4u * quad + k;
      receive(params.replica0 + replica, index, made(params.replica0 + replica, index, product[k]));
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn project(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let tiles = WORKGROUP / LANES;
  let lane = index / tiles;
  let quad = QUADS * (group.x * tiles + index % tiles);
  let replica = STATES * group.y;
  let quads = (params.columns + 3u) / 4u;
  // A tile beyond the last column has nothing to add up.
  let rows = select(params.rows, 0u, quad >= quads);
  let quad$q = min(quad + $qu, quads - 1u); //: q in QUADS
  let x$s = (params.replica0 + min(replica + $su, params.replicas - 1u)) * (params.vectorStride / 4u) + params.row0 / 4u; //: s in STATES
  var sum$q_$s = vec4<f32>(0.0); //: q in QUADS, s in STATES
  let first = replica * params.copyRows;
  for (var row = 4u * lane; row < rows; row += 4u * LANES) {
    let v$s = vector[x$s + row / 4u]; //: s in STATES
    // Rows beyond the last one meet the padding of x.
    let a$q_$k = quadAt(first + row + $ku, quad$q); //: q in QUADS, k in 4
    sum$q_$s += a$q_0 * v$s.x + a$q_1 * v$s.y + a$q_2 * v$s.z + a$q_3 * v$s.w; //: q in QUADS, s in STATES
  }
  sum$q_$s = togetherFour(sum$q_$s, index); //: q in QUADS, s in STATES
  if (lane == 0u) {
    give(quad + $qu, replica + $su, sum$q_$s); //: q in QUADS, s in STATES
  }
}
