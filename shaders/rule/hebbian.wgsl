// drive = p.x g_to g_from^T, gate 1, decay 1.   p.x = 1 for memories, kappa for synapses

fn driveOf(to: f32, columns: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  // kappa (g_i g_j), not (kappa g_i) g_j: W stays symmetric to the last bit.
  return p.x * (to * columns);
}

fn gateOf(to: Real, p: vec4<f32>) -> Real {
  return Real(1.0);
}

fn decayOf(to: Real, p: vec4<f32>) -> Real {
  return Real(1.0);
}
