// A x from the partial sums of synapse/symv, for four neurons: those of the strips to the right of theirs, then those
// of their own strip, chunk by chunk. partial [replicas, partials, stride].
// Joined: product/scaled.wgsl or synapse/decayed.wgsl, product/store.wgsl or neuron/step.wgsl. Dispatch: x over groups of four, y over replicas.

override WORKGROUP: u32 = 64;

struct Params {
  columns: u32,
  stride: u32,
  chunk: u32,
  replica0: u32,
  partials: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> partial: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP)
fn symvReduce(@builtin(global_invocation_id) id: vec3<u32>) {
  let quads = params.stride / 4u;
  if (id.x >= quads) {
    return;
  }
  let replica = params.replica0 + id.y;
  let strips = (quads + 1u) / 2u;
  let own = id.x / 2u;
  let sums = replica * params.partials * quads + id.x;
  var sum = vec4<f32>(0.0);
  for (var strip = own + 1u; strip < strips; strip++) {
    sum += partial[sums + strip * quads];
  }
  for (var part = 0u; part <= 8u * own / params.chunk; part++) {
    sum += partial[sums + (strips + part) * quads];
  }
  for (var k = 0u; k < 4u && 4u * id.x + k < params.columns; k++) {
    storeProduct(replica, 4u * id.x + k, epilogue(replica, 4u * id.x + k, sum[k]));
  }
}
