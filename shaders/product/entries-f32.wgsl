// Entries of a sparse matrix in the order in which they are read. values [.., entries]

@group(0) @binding(0) var<storage, read> values: array<f32>;

fn entryOf(copy: u32, entry: u32) -> f32 {
  return values[copy + entry];
}
