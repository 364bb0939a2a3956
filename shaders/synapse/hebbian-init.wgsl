// Hebbian coupling of one layer, J = P^T P / N, optionally with a zero diagonal, computed once
// (docs/scenario.md, "Synapses and memories").
//   patterns P [count, stride] from row pattern0 on; matrix J, [.., stride]: row k of the block, k < rows, is row start + k of J
// An invocation computes eight rows of four columns, so that each loaded number is used several times. Where the block is the whole
// matrix, tiles left of the diagonal are not computed: J is symmetric to the last bit, and the tile across the diagonal is written
// to both places.
// Dispatch: x over groups of four columns, y over eights of rows from `offset` on; start + offset is a multiple of 4, and offset
// one of 8 where the block is the whole matrix.

override WORKGROUP: u32 = 64;

struct Params {
  start: u32,
  offset: u32,
  rows: u32,
  size: u32,
  stride: u32,
  patternCount: u32,
  pattern0: u32,
  zeroDiagonal: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> patterns: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> matrix: array<vec4<f32>>;

fn put(row: u32, quad: u32, sum: vec4<f32>) {
  if (row >= params.rows) {
    return;
  }
  let neuron = params.start + row;
  var value = sum / f32(params.size);
  if (params.zeroDiagonal == 1u && neuron / 4u == quad) {
    value[neuron % 4u] = 0.0;
  }
  matrix[row * (params.stride / 4u) + quad] = value;
}

// Four rows of a column, which are four columns of a row on the other side of the diagonal.
fn mirror(neuron: u32, quad: u32, values: vec4<f32>) {
  if (neuron < params.size && quad < params.stride / 4u) {
    matrix[neuron * (params.stride / 4u) + quad] = values / f32(params.size);
  }
}

@compute @workgroup_size(WORKGROUP)
fn hebbianInit(@builtin(global_invocation_id) id: vec3<u32>) {
  let quads = params.stride / 4u;
  let row = params.offset + 8u * id.y;
  if (id.x >= quads || row >= params.rows) {
    return;
  }
  let first = (params.start + row) / 4u;
  let isWhole = params.start == 0u && params.rows == params.size;
  if (isWhole && id.x < first) {
    return;
  }
  var sum$h_$k = vec4<f32>(0.0); //: h in 2, k in 4
  for (var p = params.pattern0; p < params.pattern0 + params.patternCount; p++) {
    let columns = patterns[p * quads + id.x];
    let rows$h = patterns[p * quads + min(first + $hu, quads - 1u)]; //: h in 2
    sum$h_$k += rows$h[$k] * columns; //: h in 2, k in 4
  }
  // A loop: compilers inline each call of `put`.
  var sums: array<vec4<f32>, 8>;
  sums[4u * $hu + $ku] = sum$h_$k; //: h in 2, k in 4
  for (var i = 0u; i < 8u; i++) {
    put(row + i, id.x, sums[i]);
  }
  if (isWhole && id.x > first + 1u) {
    for (var c = 0u; c < 4u; c++) {
      for (var h = 0u; h < 2u; h++) {
        let k = 4u * h;
        mirror(4u * id.x + c, first + h, vec4<f32>(sums[k][c], sums[k + 1u][c], sums[k + 2u][c], sums[k + 3u][c]));
      }
    }
  }
}
