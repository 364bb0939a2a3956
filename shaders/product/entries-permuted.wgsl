// Entries of a sparse matrix whose storage order is not the read order. values [.., entries], positions [entries]

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(0) var<storage, read> positions: array<u32>;

fn entryOf(copy: u32, entry: u32) -> f32 {
  return values[copy + positions[entry]];
}
