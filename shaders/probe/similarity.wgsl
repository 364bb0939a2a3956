// Cosine between each memory and the pattern of the same number: Xi_mu.p_mu / (|Xi_mu| |p_mu|), 0 if either is 0.
//   Xi, rows [start, start + count) of all copies (see product/matvec.wgsl), joined from product/{f32,f16,binary}.wgsl
// Each row is scaled near 1 before it is squared (joined: common/magnitude.wgsl).
//   patterns, rows [patternStart, patternStart + patternCount), [.., patternStride]. Dispatch: x over the rows of one copy, y over replicas.

override WORKGROUP: u32 = 64;

struct Params {
  start: u32,
  count: u32,
  rows: u32,
  columns: u32,
  stride: u32,
  replicaStep: u32,
  patternStart: u32,
  patternCount: u32,
  patternStride: u32,
  slotWord: u32,
  ringStart: u32,
  sampleWords: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> patterns: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> ring: array<f32>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn similarity(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.rows) {
    return;
  }
  let row = id.y * params.replicaStep + id.x - params.start;
  // Unsigned differences: rows before a block wrap to large numbers and are outside as well.
  let patternRow = id.x - params.patternStart;
  if (row >= params.count || patternRow >= params.patternCount) {
    return;
  }
  var exponent = 0u;
  var patternExponent = 0u;
  for (var quad = 0u; quad < (params.columns + 3u) / 4u; quad++) {
    exponent = max(exponent, exponentOf(quadAt(row, quad)));
    patternExponent = max(patternExponent, exponentOf(patterns[patternRow * (params.patternStride / 4u) + quad]));
  }
  let scale = scaleOf(exponent);
  let patternScale = scaleOf(patternExponent);
  var product = vec4<f32>(0.0);
  var norm = vec4<f32>(0.0);
  var patternNorm = vec4<f32>(0.0);
  for (var quad = 0u; quad < (params.columns + 3u) / 4u; quad++) {
    let a = scaled(quadAt(row, quad), scale);
    let b = scaled(patterns[patternRow * (params.patternStride / 4u) + quad], patternScale);
    product += a * b;
    norm += a * a;
    patternNorm += b * b;
  }
  let one = vec4<f32>(1.0);
  let lengths = sqrt(dot(norm, one) - paddingNorm()) * sqrt(dot(patternNorm, one));
  let slot = u32(clock[params.slotWord]);
  ring[params.ringStart + slot * params.sampleWords + id.y * params.rows + id.x] =
    select(dot(product, one) / lengths, 0.0, lengths == 0.0);
}
