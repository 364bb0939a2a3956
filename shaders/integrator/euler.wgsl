// z += h gate (drive - decay z).

fn rateOf(h: f32, gate: Real, decay: Real) -> Real {
  return h * gate;
}
