// Product of a sparse matrix of long rows with a vector: product/sparse-matvec with a workgroup a row, whose invocations read
// neighbouring entries and add up as a tree.
//
// Dispatch: x over rows, as many at a time as there are workgroups, y over replicas. Joined: product/sparse-row.wgsl,
// common/reduce-tree.wgsl, and what becomes of a sum from product/store.wgsl or neuron/step.wgsl.

override WORKGROUP: u32 = 64;

struct Params {
  outputs: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn sparseMatvecWide(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var row = group.x; row < params.outputs; row += groups.x) {
    let span = spanOf(row);
    let sum = reduceSum(sumOf(group.y, span.x + lane, span.y, WORKGROUP), lane);
    if (lane == 0u) {
      storeProduct(group.y, row, sum);
    }
  }
}
