// An invocation computes its tile of a product alone.

fn together(value: f32, index: u32) -> f32 {
  return value;
}

fn togetherFour(value: vec4<f32>, index: u32) -> vec4<f32> {
  return value;
}
