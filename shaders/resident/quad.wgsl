// Small functions of four numbers.

fn total(x: vec4<f32>) -> f32 {
  return (x.x + x.y) + (x.z + x.w);
}

/// 1 - exp(-z) for z >= 0 without cancellation at small z.
fn oneMinusExpQuad(z: vec4<f32>) -> vec4<f32> {
  let series = z * (1.0 - z * (0.5 - z * (1.0 / 6.0 - z * (1.0 / 24.0 - z / 120.0))));
  return select(1.0 - exp(-z), series, z < vec4<f32>(0.1));
}
