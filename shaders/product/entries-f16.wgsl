// Entries of a sparse matrix in half precision, two in a word, in read order.

@group(0) @binding(0) var<storage, read> values: array<u32>;

fn entryOf(copy: u32, entry: u32) -> f32 {
  return unpack2x16float(values[entry / 2u])[entry % 2u];
}
