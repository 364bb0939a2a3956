// Joined to probe/legendre.wgsl for a Lagrangian that is not a sum over neurons: neurons have no terms, and
// neuron/normalize.wgsl has computed L of the layer. whole [replicas, wholes].

struct Params {
  wholes: u32,
}

@group(0) @binding(6) var<storage, read> whole: array<f32>;

fn lagrangianTerm(x: f32, p: vec4<f32>) -> f32 {
  return 0.0;
}

fn wholeOf(replica: u32) -> f32 {
  var sum = whole[replica * params.wholes];
  for (var k = 1u; k < params.wholes; k++) {
    sum += whole[replica * params.wholes + k];
  }
  return sum;
}
