// W - J of a plastic synapse between two rewrites (docs/theory.md, "Dynamics": tau dW/dt = -(W - J) + kappa g g^T):
//
//   fade U + sum_k w_k g_k g_k^T
//
// U as it was rewritten last, g_k the activations at the updates since, in a ring [replicas, 16, stride]. The clock
// record holds from word `ringWord` on how many there are, fade, 1 - fade, and the weights w_k. `sumDeferred` leaves a tile of
// eight rows and two groups of four columns in `deferred`; where U is CARRIED, only what is to be added to it. Factors of a
// product are sqrt(w_k) g_k both: it is symmetric to the last bit. U, in excessAt of what this is joined to: rows
// [row0, row0 + rows) of each copy in this block, replica0 the first one. Where U is FOLDED it is kept on and above the
// diagonal alone, in whole tiles (synapse/symv.wgsl).

override FOLDED: bool = false;
override CARRIED: bool = false;

const RING = 16u;

struct Params {
  row0: u32,
  rows: u32,
  stride: u32,
  replica0: u32,
  ringWord: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> ring: array<vec4<f32>>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

var<private> deferred$h$k_$q: vec4<f32>; //: h in 2, k in 4, q in 2

fn sumDeferred(copy: u32, row: u32, quad: u32) {
  let quads = params.stride / 4u;
  let fade = bitcast<f32>(clock[params.ringWord + select(1u, 2u, CARRIED)]) * select(1.0, -1.0, CARRIED);
  let first = copy * params.rows;
  let last = params.rows - 1u;
  let quad$q = min(quad + $qu, quads - 1u); //: q in 2
  deferred$h$k_$q = fade * excessAt(first, min(row + 4u * $hu + $ku, last), quad$q); //: h in 2, k in 4, q in 2
  let four$h = min((params.row0 + row) / 4u + $hu, quads - 1u); //: h in 2
  let count = u32(clock[params.ringWord]);
  for (var k = 0u; k < count; k++) {
    let at = ((params.replica0 + copy) * RING + k) * quads;
    let root = sqrt(bitcast<f32>(clock[params.ringWord + 3u + k]));
    let rows$h = root * ring[at + four$h]; //: h in 2
    let columns$q = root * ring[at + quad$q]; //: q in 2
    deferred$h$k_$q += rows$h[$k] * columns$q; //: h in 2, k in 4, q in 2
  }
}
