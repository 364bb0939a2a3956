// The same as common/reduce-tree.wgsl for a workgroup no larger than the adapter's smallest subgroup: no barriers.

enable subgroups;

override WORKGROUP: u32 = 4;

/// The sum of `value` over all lanes, in every lane.
fn reduceSum(value: f32, lane: u32) -> f32 {
  return subgroupAdd(value);
}

/// The largest `value` of all lanes, in every lane.
fn reduceMax(value: f32, lane: u32) -> f32 {
  return subgroupMax(value);
}
