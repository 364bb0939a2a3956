// The number type of rules and integrators: one row. Joined to common/real.wgsl.

alias Real = f32;

fn oneMinusExpOf(z: f32) -> f32 {
  return oneMinusExp(z);
}
