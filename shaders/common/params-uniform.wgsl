// One `Params` for all replicas. Joined in place of common/params-per-replica.wgsl.

@group(0) @binding(0) var<uniform> params: Params;

fn useReplica(replica: u32) {
}
