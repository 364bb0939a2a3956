// Entries of a sparse matrix in read order. values [.., entries]

@group(0) @binding(0) var<storage, read> values: array<f32>;

fn entryOf(copy: u32, entry: u32) -> f32 {
  return values[copy + entry];
}
