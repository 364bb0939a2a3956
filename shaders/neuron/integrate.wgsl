// One step of a layer that gets its input, if any, from `input` [replicas, layerStride]; joined: neuron/step.wgsl,
// common/params-uniform.wgsl or params-per-replica.wgsl.
// Dispatch: x over neurons, y over replicas.

override WORKGROUP: u32 = 64;

@compute @workgroup_size(WORKGROUP)
fn integrate(@builtin(global_invocation_id) id: vec3<u32>) {
  useReplica(id.y);
  if (id.x < params.size) {
    storeProduct(id.y, id.x, 0.0);
  }
}
