// Entries of a sparse matrix that are all -unit or unit, one bit each (set = unit), in read order.

struct Params {
  unit: f32,
}

@group(0) @binding(0) var<storage, read> values: array<u32>;

fn entryOf(copy: u32, entry: u32) -> f32 {
  return select(-params.unit, params.unit, ((values[entry / 32u] >> (entry % 32u)) & 1u) == 1u);
}
