// The column of each entry of a sparse matrix, one word each. indices [entries]

@group(0) @binding(0) var<storage, read> indices: array<u32>;

fn columnOf(entry: u32) -> u32 {
  return indices[entry];
}
