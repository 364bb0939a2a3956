// z += (1 - exp(-h gate decay)) / decay (drive - decay z), the exact flow for constant drive, gate and decay.

fn rateOf(h: f32, gate: Real, decay: Real) -> Real {
  let reach = h * gate;
  let way = reach * decay;
  // This near to 0 the exponential equals its linear part to the last bit, and the quotient may be 0/0.
  return select(oneMinusExpOf(way) / decay, reach, abs(way) < Real(0x1p-30f));
}
