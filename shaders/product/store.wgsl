// Epilogue of a product: sets output [replicas, outputStride], or adds to it.

override ADDS: bool = false;

struct Params {
  outputStride: u32,
}

@group(0) @binding(0) var<storage, read_write> output: array<f32>;

fn storeProduct(replica: u32, index: u32, value: f32) {
  let at = replica * params.outputStride + index;
  if (ADDS) {
    output[at] += value;
  } else {
    output[at] = value;
  }
}
