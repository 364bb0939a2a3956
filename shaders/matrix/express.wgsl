// Writes W = J + held down, for whoever looks at it; nothing else changes.
//   written, excess: rows [row0, row0 + rows) of each copy in this block; base [.., stride] from row baseStart of J on,
//   present when BASED. Joined: matrix/held.wgsl.
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
  let quads = params.stride / 4u;
  if (FOLDED && row / 8u > quad / 2u) {
    // The same entries above the diagonal; rows beyond the last one are never written.
    let mirror$k = min(4u * quad + $ku, params.rows - 1u); //: k in 4
    let entry$k = excess[(first + mirror$k) * quads + row / 4u][row % 4u]; //: k in 4
    return vec4<f32>(entry0, entry1, entry2, entry3);
  }
  return excess[(first + row) * quads + quad];
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
fn express(@builtin(global_invocation_id) id: vec3<u32>) {
  let quad = 2u * id.x;
  let row = 8u * id.y;
  if (quad >= params.stride / 4u) {
    return;
  }
  hold(id.z, row, quad);
  put(id.z, row + 4u * $hu + $ku, quad + $qu, held$h$k_$q); //: h in 2, k in 4, q in 2
}
