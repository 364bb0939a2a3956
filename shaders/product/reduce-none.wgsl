// An invocation computes its tile of a product alone.

fn reduceLanes(value: f32, index: u32) -> f32 {
  return value;
}

fn reduceLanesQuad(value: vec4<f32>, index: u32) -> vec4<f32> {
  return value;
}
