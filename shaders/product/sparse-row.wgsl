// The sum over a row of a sparse matrix of entry times vector[column]. Joined to the products with it:
// product/sparse-span.wgsl, and how its entries are stored from product/entries-*.wgsl.
//
//   vector [.., vectorStride], one number a column; replica r has the entries from r copyStride on (0 = shared)

/// Number of terms in each partial sum.
const PART = 16u;

struct Params {
  copyStride: u32,
  vectorStride: u32,
}

@group(0) @binding(0) var<storage, read> vector: array<f32>;

/// The sum over the entries first, first + step, ... of a row of entry times vector[column].
/// In nested partial sums: one long sum has larger rounding errors.
fn sumOf(replica: u32, first: u32, end: u32, step: u32) -> f32 {
  let copy = replica * params.copyStride;
  let source = replica * params.vectorStride;
  var sum = 0.0;
  var lines = 0.0;
  var part = 0.0;
  var count = 0u;
  for (var entry = first; entry < end; entry += step) {
    part += entryOf(copy, entry) * vector[source + columnOf(entry)];
    count += 1u;
    if (count % PART == 0u) {
      lines += part;
      part = 0.0;
    }
    if (count % (PART * PART) == 0u) {
      sum += lines;
      lines = 0.0;
    }
  }
  return sum + (lines + part);
}
