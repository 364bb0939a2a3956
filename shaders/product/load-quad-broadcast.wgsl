// The four invocations of a quad compute for the same states: each loads every fourth state and broadcasts it to
// the others.

enable subgroups;
// All invocations of a subgroup are idle together, which the compiler cannot prove.
diagnostic(off, subgroup_uniformity);

/// Index of an invocation in its quad, for any order of invocations in a subgroup. From uniform control flow.
fn placeInQuad(index: u32) -> u32 {
  return select(0u, 1u, quadBroadcast(index, 1u) == index) + select(0u, 2u, quadBroadcast(index, 2u) == index) +
    select(0u, 3u, quadBroadcast(index, 3u) == index);
}

/// True if no invocation of the subgroup has a term to add. From uniform control flow.
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

/// sum + a . x
fn plusOne(sum: f32, a: vec4<f32>, x: vec4<f32>) -> f32 {
  return fma(a.w, x.w, fma(a.z, x.z, fma(a.y, x.y, fma(a.x, x.x, sum))));
}

/// sum + the rows a0 ... a3, each times its component of x.
fn plusFour(sum: vec4<f32>, a0: vec4<f32>, a1: vec4<f32>, a2: vec4<f32>, a3: vec4<f32>, x: vec4<f32>) -> vec4<f32> {
  return fma(a3, vec4<f32>(x.w), fma(a2, vec4<f32>(x.z), fma(a1, vec4<f32>(x.y), fma(a0, vec4<f32>(x.x), sum))));
}
