// drive = -g_to g_from^T, gate 1, decay 1 (Hopfield, Feinstein, Palmer 1983).

fn driveOf(to: f32, columns: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  return -(to * columns);
}

fn gateOf(to: Real, p: vec4<f32>) -> Real {
  return Real(1.0);
}

fn decayOf(to: Real, p: vec4<f32>) -> Real {
  return Real(1.0);
}
