// Joined to probe/legendre.wgsl for a Lagrangian that is a sum over neurons: `lagrangianTerm` is complete.

fn wholeOf(replica: u32) -> f32 {
  return 0.0;
}
