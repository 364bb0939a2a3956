// Each invocation loads its states.

fn placeInQuad(index: u32) -> u32 {
  return 0u;
}

fn isIdle(beyond: bool) -> bool {
  return beyond;
}

fn spread0(loaded: vec4<f32>) -> vec4<f32> {
  return loaded;
}

/// sum + a . x
fn plusOne(sum: f32, a: vec4<f32>, x: vec4<f32>) -> f32 {
  return sum + dot(a, x);
}

/// sum + the rows a0 ... a3, each times its component of x.
fn plusFour(sum: vec4<f32>, a0: vec4<f32>, a1: vec4<f32>, a2: vec4<f32>, a3: vec4<f32>, x: vec4<f32>) -> vec4<f32> {
  return sum + (a0 * x.x + a1 * x.y + a2 * x.z + a3 * x.w);
}
