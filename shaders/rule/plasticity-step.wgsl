// One step of a coupling matrix A, memories Xi or synapses W, by a rule (shaders/rule):
//   tau dA/dt = gate (.) (drive + base - decay (.) A),   A += rate (drive + base - decay A)
// With ZERO_DIAGONAL, `from` is 0 in the entries on the diagonal, so that they have no drive.
// Gate, decay and rate belong to a row; in a custom rule they belong to an entry.
//
//   matrix, rows [start, start + count) of all replicas, [.., stride]     base [rows, stride], or one for
//   each replica where baseRows is not 0, present when BASED
//   rowActivations [replicas, rowStride], columnActivations [replicas, columnStride]
//
// Dispatch: linear over (group of ROWS rows, group of four columns), x then y, `across` invocations in x; an
// invocation loops over its rows, so that values of the columns are loaded once. Joined: a rule,
// rule/steady.wgsl, by-row.wgsl or by-entry.wgsl for the rate, common/params-uniform.wgsl or params-per-replica.wgsl, rule/{rounded,carried}.wgsl
// for the addition.

override WORKGROUP: u32 = 64;
override BASED: bool = false;
override ROWS: u32 = 8;
override ZERO_DIAGONAL: bool = false;

struct Params {
  start: u32,
  count: u32,
  rows: u32,
  stride: u32,
  rowStride: u32,
  columnStride: u32,
  across: u32,
  baseStart: u32,
  baseRows: u32,
  r0: f32,
  r1: f32,
  r2: f32,
  r3: f32,
  fault: u32,
}

@group(0) @binding(1) var<storage, read_write> matrix: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> base: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> rowActivations: array<f32>;
@group(0) @binding(4) var<storage, read> columnActivations: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> faults: array<atomic<u32>>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn plasticityStep(@builtin(global_invocation_id) id: vec3<u32>) {
  useReplica(0u);
  let quads = params.stride / 4u;
  let linear = id.y * params.across + id.x;
  let quad = linear % quads;
  let begin = ROWS * (linear / quads);
  if (id.x >= params.across || begin >= params.count) {
    return;
  }
  let end = min(begin + ROWS, params.count);
  var replica = (params.start + begin) / params.rows;
  var row = (params.start + begin) % params.rows;
  useReplica(replica);
  var columns = columnActivations[replica * (params.columnStride / 4u) + quad];
  // Exponents of all results, for one check.
  var broken = vec4<bool>(false);
  for (var at = begin; at < end; at++) {
    if (row == params.rows) {
      row = 0u;
      replica += 1u;
      useReplica(replica);
      columns = columnActivations[replica * (params.columnStride / 4u) + quad];
    }
    let to = rowActivations[replica * params.rowStride + row];
    let p = vec4<f32>(params.r0, params.r1, params.r2, params.r3);
    var lambda = vec4<f32>(0.0);
    if (BASED) {
      lambda = base[(row + replica * params.baseRows - params.baseStart) * quads + quad];
    }
    var driving = columns;
    if (ZERO_DIAGONAL && quad == row / 4u) {
      driving[row % 4u] = 0.0;
    }
    let after = moved(at * quads + quad, matrix[at * quads + quad], to, driving, lambda, p);
    matrix[at * quads + quad] = after;
    broken |= areBroken(after);
    row += 1u;
  }
  if (any(broken)) {
    atomicMin(&faults[params.fault], u32(clock[0]));
  }
}
