// The column of each entry of a sparse matrix of at most 65,536 columns, two in a word.

@group(0) @binding(0) var<storage, read> indices: array<u32>;

fn columnOf(entry: u32) -> u32 {
  return (indices[entry / 2u] >> (16u * (entry % 2u))) & 0xffffu;
}
