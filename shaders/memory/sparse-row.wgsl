// The entries of a sparse matrix, row by row (compressed sparse rows). Joined to the products with it.
//
//   values [entries], replica r has those from r copyStride on (0 = shared); indices [entries], the column of each
//   starts [rows + 1]: row i has the entries [starts[i], starts[i + 1]), or with degree > 0 [degree i, degree (i + 1))
//   vector [.., vectorStride], one number a column

/// Numbers that are added up before their sum is added to others.
const PART = 16u;

struct Params {
  degree: u32,
  copyStride: u32,
  vectorStride: u32,
}

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(0) var<storage, read> indices: array<u32>;
@group(0) @binding(0) var<storage, read> starts: array<u32>;
@group(0) @binding(0) var<storage, read> vector: array<f32>;

/// The first entry of a row, and the first that is not of it.
fn spanOf(row: u32) -> vec2<u32> {
  if (params.degree > 0u) {
    return vec2<u32>(row, row + 1u) * params.degree;
  }
  return vec2<u32>(starts[row], starts[row + 1u]);
}

/// The sum over the entries first, first + step, ... of a row of entry times what stands in its column.
/// In parts of parts: a single sum of many numbers of one size loses digits.
fn sumOf(replica: u32, first: u32, end: u32, step: u32) -> f32 {
  let copy = replica * params.copyStride;
  let source = replica * params.vectorStride;
  var sum = 0.0;
  var lines = 0.0;
  var part = 0.0;
  var count = 0u;
  for (var entry = first; entry < end; entry += step) {
    part += values[copy + entry] * vector[source + indices[entry]];
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
