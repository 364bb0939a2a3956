// Rewrites U = W - J of a plastic synapse from its ring, and takes one more step:
//   U = deferred + rate (factor g g^T - deferred),   rate = 0: no further step.
// Activations g [replicas, stride]. Joined: synapse/deferred-low-rank.wgsl, common/real.wgsl, rule/{rounded,carried}.wgsl.
// Dispatch: x over pairs of groups of four columns, y over eights of rows, z over the copies in this block.

override WORKGROUP: u32 = 64;

struct Params {
  rate: f32,
  factor: f32,
  fault: u32,
}

@group(0) @binding(0) var<storage, read_write> excess: array<vec4<f32>>;
@group(0) @binding(0) var<storage, read> activations: array<vec4<f32>>;
@group(0) @binding(0) var<storage, read_write> faults: array<atomic<u32>>;

fn excessAt(first: u32, row: u32, quad: u32) -> vec4<f32> {
  return excess[(first + row) * (params.stride / 4u) + quad];
}

fn put(copy: u32, row: u32, quad: u32, change: vec4<f32>, drive: vec4<f32>) -> vec4<bool> {
  let quads = params.stride / 4u;
  if (row >= params.rows || quad >= quads) {
    return vec4<bool>(false);
  }
  let at = (copy * params.rows + row) * quads + quad;
  let after = renewed(at, excess[at], change, params.rate, params.factor * drive);
  excess[at] = after;
  return areBroken(after);
}

@compute @workgroup_size(WORKGROUP)
fn rankKUpdate(@builtin(global_invocation_id) id: vec3<u32>) {
  let quads = params.stride / 4u;
  let quad = 2u * id.x;
  let row = 8u * id.y;
  if (quad >= quads || (FOLDED && row > 4u * quad)) {
    return;
  }
  sumDeferred(id.z, row, quad);
  let g = (params.replica0 + id.z) * quads;
  let rows$h = activations[g + min((params.row0 + row) / 4u + $hu, quads - 1u)]; //: h in 2
  let columns$q = activations[g + min(quad + $qu, quads - 1u)]; //: q in 2
  var broken = vec4<bool>(false);
  broken |= put(id.z, row + 4u * $hu + $ku, quad + $qu, deferred$h$k_$q, rows$h[$k] * columns$q); //: h in 2, k in 4, q in 2
  if (any(broken)) {
    atomicMin(&faults[params.fault], u32(clock[0]));
  }
}
