// drive = 1 g_from^T, gate g_to, decay 1 (Lotito 2025, appendix B).

fn driveOf(to: f32, columns: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  return columns;
}

fn gateOf(to: Real, p: vec4<f32>) -> Real {
  return to;
}

fn decayOf(to: Real, p: vec4<f32>) -> Real {
  return Real(1.0);
}
