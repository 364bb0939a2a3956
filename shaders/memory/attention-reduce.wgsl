// Xi^T softmax(beta h) for four columns, from the blocks of memory/attention. Joined: product/scaled.wgsl, product/store.wgsl
// or neuron/step.wgsl. Dispatch: x over groups of four columns, y over replicas.

override WORKGROUP: u32 = 64;

struct Params {
  columns: u32,
  blocks: u32,
  beta: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> partial: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP)
fn attentionReduce(@builtin(global_invocation_id) id: vec3<u32>) {
  let quads = (params.columns + 3u) / 4u;
  if (id.x >= quads) {
    return;
  }
  let first = id.y * params.blocks * (quads + 1u);
  var top = partial[first + quads].x;
  for (var part = 1u; part < params.blocks; part++) {
    top = max(top, partial[first + part * (quads + 1u) + quads].x);
  }
  var weight = 0.0;
  var sum = vec4<f32>(0.0);
  for (var part = 0u; part < params.blocks; part++) {
    let at = first + part * (quads + 1u);
    let end = partial[at + quads];
    let share = exp(params.beta * (end.x - top));
    weight += share * end.y;
    sum += share * partial[at + id.x];
  }
  let product = sum / weight;
  for (var k = 0u; k < 4u && 4u * id.x + k < params.columns; k++) {
    storeProduct(id.y, 4u * id.x + k, epilogue(id.y, 4u * id.x + k, product[k]));
  }
}
