// One `Params` for all replicas. Joined to kernels that common/params-per-replica.wgsl may be joined to.

@group(0) @binding(0) var<uniform> params: Params;

fn useReplica(replica: u32) {
}
