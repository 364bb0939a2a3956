// sum_i A_mu,i x_i, less |A_mu|^2 / 2 with HALF_NORM: the input of the rows of a memory from a layer. A tile of
// ROWS rows and STATES replicas at once, so that each number that is loaded is used several times; by one
// invocation, or by LANES that share the columns, in a fixed order.
//
//              replica  r  r+1 ...     STATES > 1 only where replicas share A
//   row mu              .   .          ROWS x STATES sums in registers; a step loads four columns of
//   row mu + 1          .   .          each row and of each state
//
//   A: `rows` rows from row `row0` of its copy on; replica r has those from (r - replica0) copyRows on (0 = shared)
//   x [.., vectorStride], of the replicas [replica0, replica0 + replicas)
//
// A is joined from product/{f32,f16,binary}.wgsl, what becomes of a product from
// product/store.wgsl, synapse/store-weighted.wgsl or neuron/step.wgsl, how lanes share a tile from product/{reduce-none,reduce-workgroup}.wgsl, and how
// SHARED of them share what they load of the states from product/{load-per-lane,load-quad-broadcast}.wgsl.
// Each word of a binary A is loaded once (PACKED).
// The calls of `give` are a loop where compilers would inline too many copies of what becomes of a product (LOOPED).
// Tiles that cross the edge read the last row or replica again and do not store it.
// Dispatch: x over tiles of rows, y over tiles of replicas.

override WORKGROUP: u32 = 64;
override HALF_NORM: bool = false;

struct Params {
  row0: u32,
  rows: u32,
  columns: u32,
  stride: u32,
  copyRows: u32,
  replica0: u32,
  replicas: u32,
  vectorStride: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> vector: array<vec4<f32>>;

fn give(row: u32, replica: u32, product: f32, norm: f32) {
  if (row < params.rows && replica < params.replicas) {
    var value = params.scale * product;
    if (HALF_NORM) {
      value -= 0.5 * params.scale * params.scale * (norm - paddingNorm());
    }
    storeProduct(params.replica0 + replica, params.row0 + row, value);
  }
}

@compute @workgroup_size(WORKGROUP)
fn matvec(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let lane = index % LANES;
  let row = ROWS * (group.x * (WORKGROUP / LANES) + index / LANES);
  let replica = STATES * group.y;
  // A tile beyond the last row has no terms.
  let quads = select((params.columns + 3u) / 4u, 0u, isIdle(row >= params.rows));
  let row$r = replica * params.copyRows + min(row + $ru, params.rows - 1u); //: r in ROWS
  let own$g = min(replica + SHARED * $gu + placeInQuad(index), params.replicas - 1u); //: g in LOADS
  let x$g = (params.replica0 + own$g) * (params.vectorStride / 4u); //: g in LOADS
  var sum$r_$g_$k = 0.0; //: r in ROWS, g in LOADS, k in SHARED
  var norm$r = 0.0; //: r in ROWS
  var word$r = 0u; //: n in PACKED, r in ROWS
  for (var quad = lane; quad < quads; quad += LANES) {
    let loaded$g = vector[x$g + quad]; //: g in LOADS
    let a$r = quadAt(row$r, quad); //: n in UNPACKED, r in ROWS
    // A word has eight groups of four columns; lanes take turns with groups.
    if (LANES > 1u || quad % 8u == 0u) { //: n in PACKED
      word$r = wordAt(row$r, quad); //: n in PACKED, r in ROWS
    } //: n in PACKED
    let a$r = quadIn(word$r, quad); //: n in PACKED, r in ROWS
    let v$g_$k = spread$k(loaded$g); //: g in LOADS, k in SHARED
    sum$r_$g_$k = plusOne(sum$r_$g_$k, a$r, v$g_$k); //: g in LOADS, k in SHARED, r in ROWS
    if (HALF_NORM) {
      norm$r += dot(a$r, a$r); //: r in ROWS
    }
  }
  sum$r_$g_$k = reduceLanes(sum$r_$g_$k, index); //: r in ROWS, g in LOADS, k in SHARED
  if (HALF_NORM) {
    norm$r = reduceLanes(norm$r, index); //: r in ROWS
  }
  if (lane == 0u) {
    give(row + $ru, replica + SHARED * $gu + $ku, sum$r_$g_$k, norm$r); //: n in UNROLLED, r in ROWS, g in LOADS, k in SHARED
    var sums: array<f32, ROWS * STATES>; //: n in LOOPED
    var norms: array<f32, ROWS>; //: n in LOOPED
    sums[$ru * STATES + SHARED * $gu + $ku] = sum$r_$g_$k; //: n in LOOPED, r in ROWS, g in LOADS, k in SHARED
    norms[$r] = norm$r; //: n in LOOPED, r in ROWS
    for (var at = 0u; at < ROWS * STATES; at++) { //: n in LOOPED
      give(row + at / STATES, replica + at % STATES, sums[at], norms[at / STATES]); //: n in LOOPED
    } //: n in LOOPED
  }
}
