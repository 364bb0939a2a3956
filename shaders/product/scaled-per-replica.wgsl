// A product times a number for each replica. factors [replicas].

@group(0) @binding(0) var<storage, read> factors: array<f32>;

fn epilogue(replica: u32, index: u32, product: f32) -> f32 {
  return factors[replica] * product;
}
