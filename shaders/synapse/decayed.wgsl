// y = scale * fade * A^T x; the clock record holds fade in word `ringWord` + 1 (synapse/deferred-low-rank.wgsl).

struct Params {
  scale: f32,
  ringWord: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

fn epilogue(replica: u32, index: u32, product: f32) -> f32 {
  return params.scale * bitcast<f32>(clock[params.ringWord + 1u]) * product;
}
