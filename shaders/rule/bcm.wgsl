// drive = g_to (g_to - theta) g_from^T, gate 1, decay p.x (Bienenstock, Cooper, Munro 1982). `to` is g_to (g_to - theta) as
// rule/follow.wgsl writes it; the trace theta follows g_to^2.

fn driveOf(to: f32, columns: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  return to * columns;
}

fn gateOf(to: Real, p: vec4<f32>) -> Real {
  return Real(1.0);
}

fn decayOf(to: Real, p: vec4<f32>) -> Real {
  return Real(p.x);
}

fn seenOf(g: vec4<f32>, theta: vec4<f32>) -> vec4<f32> {
  return g * (g - theta);
}

fn followedOf(g: vec4<f32>) -> vec4<f32> {
  return g * g;
}
