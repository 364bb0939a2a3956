// The number type of rules and integrators: four rows. Joined to resident/quad.wgsl.

alias Real = vec4<f32>;

fn oneMinusExpOf(z: vec4<f32>) -> vec4<f32> {
  return oneMinusExpQuad(z);
}
