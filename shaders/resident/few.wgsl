// A Lagrangian that is a sum over neurons of one or two operations, for a quad of neurons: a loop, as in each.wgsl,
// would cost more than its body. Joined to the Lagrangian's own functions.

fn activationQuad(x: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  return vec4<f32>(activation(x.x, p), activation(x.y, p), activation(x.z, p), activation(x.w, p));
}

fn lagrangianQuad(x: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  return vec4<f32>(lagrangianTerm(x.x, p), lagrangianTerm(x.y, p), lagrangianTerm(x.z, p), lagrangianTerm(x.w, p));
}
