// The range of the entries of a row in a sparse matrix in compressed sparse rows.
//
//   starts [rows + 1]: row i has the entries [starts[i], starts[i + 1]), or with degree > 0 [degree i, degree (i + 1))

struct Params {
  degree: u32,
}

@group(0) @binding(0) var<storage, read> starts: array<u32>;

/// The first entry of a row, and the first entry after it.
fn spanOf(row: u32) -> vec2<u32> {
  if (params.degree > 0u) {
    return vec2<u32>(row, row + 1u) * params.degree;
  }
  return vec2<u32>(starts[row], starts[row + 1u]);
}
