// The four invocations of a quad compute for the same states: each loads every fourth of them, and gives it to the others.

enable subgroups;
// A subgroup is idle as a whole, which the compiler cannot know.
diagnostic(off, subgroup_uniformity);

/// Which of its quad an invocation is, whatever the order of invocations in a subgroup. From uniform control flow.
fn placeInQuad(index: u32) -> u32 {
  return select(0u, 1u, quadBroadcast(index, 1u) == index) + select(0u, 2u, quadBroadcast(index, 2u) == index) +
    select(0u, 3u, quadBroadcast(index, 3u) == index);
}

/// True when no invocation of the subgroup has anything to add up. From uniform control flow.
fn isIdle(beyond: bool) -> bool {
  return subgroupAll(beyond);
}

fn spread0(loaded: vec4<f32>) -> vec4<f32> {
  return quadBroadcast(loaded, 0u);
}

fn spread1(loaded: vec4<f32>) -> vec4<f32> {
  return quadBroadcast(loaded, 1u);
}

fn spread2(loaded: vec4<f32>) -> vec4<f32> {
  return quadBroadcast(loaded, 2u);
}

fn spread3(loaded: vec4<f32>) -> vec4<f32> {
  return quadBroadcast(loaded, 3u);
}
