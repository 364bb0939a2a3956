// The product J g of a Hebbian coupling J = P^T P / N with a zero diagonal, from P^T (P g), minus the diagonal of J.
// diagonal [columns] of P^T P / N; own = g [replicas, ownStride].

struct Params {
  scale: f32,
  ownStride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> diagonal: array<f32>;
@group(0) @binding(0) var<storage, read> own: array<f32>;

fn epilogue(replica: u32, index: u32, product: f32) -> f32 {
  return params.scale * product - diagonal[index] * own[replica * params.ownStride + index];
}
