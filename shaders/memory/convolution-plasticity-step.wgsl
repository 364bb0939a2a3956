// One step of a filter bank K by a rule (shaders/rule) whose rate is the same for all entries:
// K += rate (drive + base - K), drive[f,k] the sum over all places of the rule's drive from a feature and the
// pixel of tap k
//
//   matrix, rows [start, start + count) of all replicas, [.., stride]     base [rows, stride], present when BASED
//   features [replicas, rowStride], image [replicas, columnStride]
//
// Dispatch: x over groups of four columns, y over rows. Joined: a rule, rule/steady.wgsl, common/params-uniform.wgsl or params-per-replica.wgsl,
// rule/{rounded,carried,staged}.wgsl for the addition, memory/convolution-places.wgsl.

override WORKGROUP: u32 = 64;
override BASED: bool = false;

struct Params {
  start: u32,
  count: u32,
  rows: u32,
  stride: u32,
  columns: u32,
  rowStride: u32,
  columnStride: u32,
  baseStart: u32,
  r0: f32,
  r1: f32,
  r2: f32,
  r3: f32,
  fault: u32,
}

@group(0) @binding(1) var<storage, read_write> matrix: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> base: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> features: array<f32>;
@group(0) @binding(4) var<storage, read> image: array<f32>;
@group(0) @binding(5) var<storage, read_write> faults: array<atomic<u32>>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

/// The pixels of the four taps of a group at a place; 0 beyond the edge and beyond the last column.
fn seenFrom(first: u32, quad: u32, p: u32, q: u32) -> vec4<f32> {
  let taps = params.kernelHeight * params.kernelWidth;
  var seen = vec4<f32>(0.0);
  for (var k = 0u; k < 4u; k++) {
    let column = 4u * quad + k;
    if (column >= params.columns) {
      break;
    }
    let y = lookedAt(p, (column % taps) / params.kernelWidth, params.height, params.beforeY);
    let x = lookedAt(q, column % params.kernelWidth, params.width, params.beforeX);
    if (y >= 0 && x >= 0) {
      seen[k] = image[first + ((column / taps) * params.height + u32(y)) * params.width + u32(x)];
    }
  }
  return seen;
}

@compute @workgroup_size(WORKGROUP)
fn convolutionPlasticityStep(@builtin(global_invocation_id) id: vec3<u32>) {
  useReplica(0u);
  let quads = params.stride / 4u;
  if (id.x >= quads || id.y >= params.count) {
    return;
  }
  let quad = id.x;
  let replica = (params.start + id.y) / params.rows;
  let row = (params.start + id.y) % params.rows;
  useReplica(replica);
  let r = vec4<f32>(params.r0, params.r1, params.r2, params.r3);
  var drive = vec4<f32>(0.0);
  // In nested partial sums, as in memory/convolution-forward.wgsl.
  var lines = vec4<f32>(0.0);
  for (var p = 0u; p < params.down; p++) {
    var line = vec4<f32>(0.0);
    var part = vec4<f32>(0.0);
    for (var q = 0u; q < params.across; q++) {
      let to = features[replica * params.rowStride + (row * params.down + p) * params.across + q];
      part += driveOf(to, seenFrom(replica * params.columnStride, quad, p, q), r);
      if (q % PART == PART - 1u) {
        line += part;
        part = vec4<f32>(0.0);
      }
    }
    lines += line + part;
    if (p % PART == PART - 1u) {
      drive += lines;
      lines = vec4<f32>(0.0);
    }
  }
  drive += lines;
  if (BASED) {
    drive += base[(row - params.baseStart) * quads + quad];
  }
  let at = id.y * quads + quad;
  let after = advanced(at, matrix[at], vec4<f32>(rateAt(1.0, r)), vec4<f32>(decayOf(1.0, r)), drive);
  matrix[at] = after;
  if (any(areBroken(after))) {
    atomicMin(&faults[params.fault], u32(clock[0]));
  }
}
