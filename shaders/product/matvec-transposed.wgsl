// sum_mu A_mu,i x_mu: the input of a layer from the rows of a memory, or W g for a symmetric W. A tile of QUADS groups
// of four columns and STATES replicas at once, four rows a step; by one invocation, or by LANES that share the rows.
// Adjacent invocations read adjacent columns.
// STATES > 1 only where replicas share A.
//
//   A: `rows` rows from row `row0` of its copy on, a multiple of 4; replica r has those from (r - replica0) copyRows on
//   x [.., vectorStride], of the replicas [replica0, replica0 + replicas); its padding is 0
//
// Joined: A from product/{f32,f16,binary}.wgsl, its scale and what else belongs to the product from
// product/scaled.wgsl or synapse/{decayed,zero-diagonal}.wgsl, what becomes of it from product/store.wgsl or neuron/step.wgsl, how lanes share a
// tile from product/{reduce-none,reduce-workgroup}.wgsl, and how SHARED of them share what they load of the states from
// product/{load-per-lane,load-quad-broadcast}.wgsl.
// Each word of a binary A is loaded once (PACKED).
// The calls of `give` are a loop where compilers would inline too many copies of what becomes of a product (LOOPED).
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
      storeProduct(params.replica0 + replica, index, epilogue(params.replica0 + replica, index, product[k]));
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn matvecTransposed(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let tiles = WORKGROUP / LANES;
  let lane = index / tiles;
  let quad = QUADS * (group.x * tiles + index % tiles);
  let replica = STATES * group.y;
  let quads = (params.columns + 3u) / 4u;
  // A tile beyond the last column has no terms.
  let rows = select(params.rows, 0u, isIdle(quad >= quads));
  let quad$q = min(quad + $qu, quads - 1u); //: q in QUADS
  let own$g = min(replica + SHARED * $gu + placeInQuad(index), params.replicas - 1u); //: g in LOADS
  let x$g = (params.replica0 + own$g) * (params.vectorStride / 4u) + params.row0 / 4u; //: g in LOADS
  var sum$q_$g_$k = vec4<f32>(0.0); //: q in QUADS, g in LOADS, k in SHARED
  let first = replica * params.copyRows;
  for (var row = 4u * lane; row < rows; row += 4u * LANES) {
    let loaded$g = vector[x$g + row / 4u]; //: g in LOADS
    // In place of rows beyond the last one, the last one is multiplied by the padding of x.
    let a$q_$k = quadAt(first + min(row + $ku, params.rows - 1u), quad$q); //: n in UNPACKED, q in QUADS, k in 4
    // A tile does not cross a word, which has eight groups of four columns.
    let word$k = wordAt(first + min(row + $ku, params.rows - 1u), quad0); //: n in PACKED, k in 4
    let a$q_$k = quadIn(word$k, quad$q); //: n in PACKED, q in QUADS, k in 4
    let v$g_$k = spread$k(loaded$g); //: g in LOADS, k in SHARED
    sum$q_$g_$k = plusFour(sum$q_$g_$k, a$q_0, a$q_1, a$q_2, a$q_3, v$g_$k); //: g in LOADS, k in SHARED, q in QUADS
  }
  sum$q_$g_$k = reduceLanesQuad(sum$q_$g_$k, index); //: q in QUADS, g in LOADS, k in SHARED
  if (lane == 0u) {
    give(quad + $qu, replica + SHARED * $gu + $ku, sum$q_$g_$k); //: n in UNROLLED, q in QUADS, g in LOADS, k in SHARED
    var sums: array<vec4<f32>, QUADS * STATES>; //: n in LOOPED
    sums[$qu * STATES + SHARED * $gu + $ku] = sum$q_$g_$k; //: n in LOOPED, q in QUADS, g in LOADS, k in SHARED
    for (var at = 0u; at < QUADS * STATES; at++) { //: n in LOOPED
      give(quad + at / STATES, replica + at % STATES, sums[at]); //: n in LOOPED
    } //: n in LOOPED
  }
}
