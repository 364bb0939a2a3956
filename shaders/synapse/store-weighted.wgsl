// Epilogue of the products g_k.g with the ring of a synapse: each times its weight in the clock record, from word
// `ringWord` + 3 on (synapse/deferred-low-rank.wgsl), set in output [replicas, outputStride].

struct Params {
  outputStride: u32,
  ringWord: u32,
}

@group(0) @binding(0) var<storage, read_write> output: array<f32>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

fn storeProduct(replica: u32, index: u32, value: f32) {
  output[replica * params.outputStride + index] = bitcast<f32>(clock[params.ringWord + 3u + index]) * value;
}
