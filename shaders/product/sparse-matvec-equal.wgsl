// Product of a sparse matrix of rows of about one length with a vector: product/sparse-matvec of entries that stand column by
// column, so that invocations, which take a row each, read neighbours:
//
//   entry k of row i at k outputs + i, k < width; rows that are shorter are filled up with zeros
//
// Dispatch: x over rows, y over replicas. Joined: product/sparse-row.wgsl and how its entries are stored, and what becomes of a sum
// from product/store.wgsl or neuron/step.wgsl.

override WORKGROUP: u32 = 64;

struct Params {
  outputs: u32,
  width: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn sparseMatvecEqual(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs) {
    return;
  }
  storeProduct(id.y, id.x, sumOf(id.y, id.x, params.width * params.outputs, params.outputs));
}
