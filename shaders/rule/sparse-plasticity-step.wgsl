// One step of the entries of a sparse matrix A by a rule (shaders/rule), four at a time:
//   tau dA/dt = gate (.) (drive + base - decay (.) A),   drive of the activations of the row and of the column of each entry
// With ZERO_DIAGONAL, an entry on the diagonal has no drive.
//
//   matrix [replicas, stride], the entries row by row     base [stride], present when BASED
//   places [stride] columns of the entries, then [stride] their rows, absent where degree > 0: entry e is of row e / degree
//   rowActivations [replicas, rowStride], columnActivations [replicas, columnStride]
//
// Dispatch: linear over groups of four entries, x then y, `across` invocations in x; z over replicas. Joined: a rule,
// rule/sparse-by-rate.wgsl or sparse-by-entry.wgsl, common/params-uniform.wgsl or params-per-replica.wgsl, an addition of rule.

override WORKGROUP: u32 = 64;
override BASED: bool = false;
override ZERO_DIAGONAL: bool = false;

struct Params {
  entries: u32,
  stride: u32,
  degree: u32,
  rowStride: u32,
  columnStride: u32,
  across: u32,
  r0: f32,
  r1: f32,
  r2: f32,
  r3: f32,
  fault: u32,
}

@group(0) @binding(1) var<storage, read_write> matrix: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> base: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> places: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read> rowActivations: array<f32>;
@group(0) @binding(5) var<storage, read> columnActivations: array<f32>;
@group(0) @binding(6) var<storage, read_write> faults: array<atomic<u32>>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn sparsePlasticityStep(@builtin(global_invocation_id) id: vec3<u32>) {
  useReplica(id.z);
  let quad = id.y * params.across + id.x;
  if (id.x >= params.across || 4u * quad >= params.entries) {
    return;
  }
  let quads = params.stride / 4u;
  let entry = 4u * quad + vec4<u32>(0u, 1u, 2u, 3u);
  let there = entry < vec4<u32>(params.entries);
  let columns = places[quad];
  var rows: vec4<u32>;
  if (params.degree > 0u) {
    rows = select(vec4<u32>(0u), entry / params.degree, there);
  } else {
    rows = places[quads + quad];
  }
  var to: vec4<f32>;
  var driving: vec4<f32>;
  for (var c = 0u; c < 4u; c++) {
    to[c] = rowActivations[id.z * params.rowStride + rows[c]];
    driving[c] = columnActivations[id.z * params.columnStride + columns[c]];
  }
  if (ZERO_DIAGONAL) {
    driving = select(driving, vec4<f32>(0.0), rows == columns);
  }
  var lambda = vec4<f32>(0.0);
  if (BASED) {
    lambda = base[quad];
  }
  let at = id.z * quads + quad;
  let p = vec4<f32>(params.r0, params.r1, params.r2, params.r3);
  // The padding of the list stays 0.
  let after = select(vec4<f32>(0.0), movedEntries(at, matrix[at], to, driving, lambda, p), there);
  matrix[at] = after;
  if (any(areBroken(after))) {
    atomicMin(&faults[params.fault], u32(clock[0]));
  }
}
