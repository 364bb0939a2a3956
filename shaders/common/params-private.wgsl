// One `Params` for all replicas, as a private copy for the numbers of single neurons (common/params-per-neuron.wgsl).
// Joined in place of common/params-uniform.wgsl.

@group(0) @binding(0) var<uniform> given: Params;

var<private> params: Params;

fn useReplica(replica: u32) {
  params = given;
}
