// Joined to probe/legendre.wgsl for a Lagrangian that is a sum over neurons: `lagrangianTerm` gives all of it.

fn wholeOf(replica: u32) -> f32 {
  return 0.0;
}
