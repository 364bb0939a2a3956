// drive = (g_to - m_to) (g_from - m_from)^T, gate 1, decay 1 (Sejnowski 1977). `to` and `columns` are g - m as rule/follow.wgsl
// leaves them; the traces m follow g.

fn driveOf(to: f32, columns: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  return to * columns;
}

fn gateOf(to: Real, p: vec4<f32>) -> Real {
  return Real(1.0);
}

fn decayOf(to: Real, p: vec4<f32>) -> Real {
  return Real(1.0);
}

fn seenOf(g: vec4<f32>, mean: vec4<f32>) -> vec4<f32> {
  return g - mean;
}

fn followedOf(g: vec4<f32>) -> vec4<f32> {
  return g;
}
