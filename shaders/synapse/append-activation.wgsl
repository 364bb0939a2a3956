// One deferred update of a plastic synapse, applied when U is rewritten (synapse/rank-k-update.wgsl): the activations g
// [replicas, stride] go to the next place of the ring [replicas, 16, stride], which the clock record has in word ringWord.
// Dispatch: x over groups of four neurons, y over replicas.

override WORKGROUP: u32 = 64;

const RING = 16u;

struct Params {
  stride: u32,
  ringWord: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> activations: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> ring: array<vec4<f32>>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn appendActivation(@builtin(global_invocation_id) id: vec3<u32>) {
  let quads = params.stride / 4u;
  if (id.x >= quads) {
    return;
  }
  let place = id.y * RING + u32(clock[params.ringWord]);
  ring[place * quads + id.x] = activations[id.y * quads + id.x];
}
