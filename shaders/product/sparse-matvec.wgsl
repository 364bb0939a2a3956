// Product of a sparse matrix with a vector: to row i the sum over its entries of value times vector[index]. An invocation a row.
//
// Dispatch: x over rows, y over replicas. Joined: product/sparse-row.wgsl and what that needs, and what becomes of a sum from
// product/store.wgsl or neuron/step.wgsl.

override WORKGROUP: u32 = 64;

struct Params {
  outputs: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn sparseMatvec(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs) {
    return;
  }
  let span = spanOf(id.x);
  storeProduct(id.y, id.x, sumOf(id.y, span.x, span.y, 1u));
}
