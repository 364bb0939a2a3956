// One invocation computes a tile of a product.

fn reduceLanes(value: f32, index: u32) -> f32 {
  return value;
}

fn reduceLanesQuad(value: vec4<f32>, index: u32) -> vec4<f32> {
  return value;
}
