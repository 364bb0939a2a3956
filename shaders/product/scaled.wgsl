// A product times `scale`.

struct Params {
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;

fn epilogue(replica: u32, index: u32, product: f32) -> f32 {
  return params.scale * product;
}
