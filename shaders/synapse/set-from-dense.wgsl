// Sets U = W - J from a materialised W; the host sets all weights of the ring to 0.
//   written, excess [rows of all copies in this block, stride]; base [.., stride] from row baseStart of J on, present when
//   BASED. Dispatch: x over groups of four columns, y over rows of a copy, z over the copies in this block.

override WORKGROUP: u32 = 64;
override BASED: bool = false;

struct Params {
  row0: u32,
  rows: u32,
  stride: u32,
  baseStart: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> written: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> base: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> excess: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP)
fn setFromDense(@builtin(global_invocation_id) id: vec3<u32>) {
  let quads = params.stride / 4u;
  if (id.x >= quads) {
    return;
  }
  let at = (id.z * params.rows + id.y) * quads + id.x;
  var u = written[at];
  if (BASED) {
    u -= base[(params.row0 + id.y - params.baseStart) * quads + id.x];
  }
  excess[at] = u;
}
