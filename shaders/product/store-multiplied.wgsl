// Epilogue of a product: multiplies output [replicas, outputStride] by it.

struct Params {
  outputStride: u32,
}

@group(0) @binding(0) var<storage, read_write> output: array<f32>;

fn storeProduct(replica: u32, index: u32, value: f32) {
  output[replica * params.outputStride + index] *= value;
}
