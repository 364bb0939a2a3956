// Writes W = J + deferred into `written`; nothing else changes.
//   written, excess: rows [row0, row0 + rows) of each copy in this block; base [.., stride] from row baseStart of J on,
//   present when BASED. Joined: synapse/deferred-low-rank.wgsl.
// Dispatch: x over pairs of groups of four columns, y over eights of rows, z over the copies in this block.

override WORKGROUP: u32 = 64;
override BASED: bool = false;

struct Params {
  baseStart: u32,
}

@group(0) @binding(0) var<storage, read> excess: array<vec4<f32>>;
@group(0) @binding(0) var<storage, read> base: array<vec4<f32>>;
@group(0) @binding(0) var<storage, read_write> written: array<vec4<f32>>;

fn excessAt(first: u32, row: u32, quad: u32) -> vec4<f32> {
  return excess[(first + row) * (params.stride / 4u) + quad];
}

fn put(copy: u32, row: u32, quad: u32, value: vec4<f32>) {
  let quads = params.stride / 4u;
  if (row >= params.rows || quad >= quads) {
    return;
  }
  var w = value;
  if (BASED) {
    w += base[(params.row0 + row - params.baseStart) * quads + quad];
  }
  written[(copy * params.rows + row) * quads + quad] = w;
}

@compute @workgroup_size(WORKGROUP)
fn materialise(@builtin(global_invocation_id) id: vec3<u32>) {
  let quad = 2u * id.x;
  let row = 8u * id.y;
  if (quad >= params.stride / 4u) {
    return;
  }
  // Below the diagonal, a folded U mirrors the tile above it.
  let isMirrored = FOLDED && id.y > id.x;
  sumDeferred(id.z, select(row, 4u * quad, isMirrored), select(quad, row / 4u, isMirrored));
  let turned$h$k_$q = vec4<f32>(deferred$q0_$h[$k], deferred$q1_$h[$k], deferred$q2_$h[$k], deferred$q3_$h[$k]); //: h in 2, k in 4, q in 2
  // A loop, because sixteen copies of `put` would take longer to compile than the rest.
  var tile: array<vec4<f32>, 16>;
  tile[8u * $hu + 2u * $ku + $qu] = select(deferred$h$k_$q, turned$h$k_$q, isMirrored); //: h in 2, k in 4, q in 2
  for (var i = 0u; i < 16u; i++) {
    put(id.z, row + i / 2u, quad + i % 2u, tile[i]);
  }
}
