// Recall by a softmax layer that reads Xi once (docs/theory.md, "Dynamics": h = b + Xi v, g = softmax(beta h),
// I = Xi^T g). A workgroup processes a block of rows, four at a time, each lane with its columns in registers; a running
// maximum keeps the exponentials in range:
//
//   partial [replicas, blocks, quads + 1]   sum_mu exp(beta (h_mu - m)) Xi_mu, and at the end m and sum_mu exp(beta (h_mu - m))
// memory/attention-reduce joins the blocks, always in the same order. h is not stored. Xi is joined from
// product/{f32,f16,binary}.wgsl. v [replicas, vectorStride]; bias b [biasRows, biasStride], row r mod biasRows.
// Dispatch: x over blocks, y over replicas. WORKGROUP * QUADS is at least the number of groups of four columns.

override WORKGROUP: u32 = 64;
override HALF_NORM: bool = false;

const LEAST = -3.4e38;

struct Params {
  rows: u32,
  columns: u32,
  stride: u32,
  vectorStride: u32,
  biasRows: u32,
  biasStride: u32,
  blockRows: u32,
  scale: f32,
  beta: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> vector: array<vec4<f32>>;
@group(0) @binding(0) var<storage, read> bias: array<f32>;
@group(0) @binding(0) var<storage, read_write> partial: array<vec4<f32>>;

var<workgroup> shares: array<vec4<f32>, WORKGROUP>;

fn total(value: vec4<f32>, lane: u32) -> vec4<f32> {
  workgroupBarrier();
  shares[lane] = value;
  for (var width = WORKGROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lane < width) {
      shares[lane] += shares[lane + width];
    }
  }
  workgroupBarrier();
  return shares[0];
}

@compute @workgroup_size(WORKGROUP)
fn attention(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let quads = (params.columns + 3u) / 4u;
  let replica = group.y;
  let begin = group.x * params.blockRows;
  let end = min(begin + params.blockRows, params.rows);
  let b = (replica % params.biasRows) * params.biasStride;
  let quad$q = min(lane + $qu * WORKGROUP, quads - 1u); //: q in QUADS
  // Lanes beyond the last column read zeros.
  let isIn$q = lane + $qu * WORKGROUP < quads; //: q in QUADS
  let v$q = select(vec4<f32>(0.0), vector[replica * (params.vectorStride / 4u) + quad$q], isIn$q); //: q in QUADS
  var sum$q = vec4<f32>(0.0); //: q in QUADS
  var most = LEAST;
  var weight = 0.0;
  for (var row = begin; row < end; row += 4u) {
    let row$r = min(row + $ru, end - 1u); //: r in 4
    let a$r_$q = quadAt(row$r, quad$q); //: r in 4, q in QUADS
    var dots = vec4<f32>(0.0);
    dots += vec4<f32>(dot(a0_$q, v$q), dot(a1_$q, v$q), dot(a2_$q, v$q), dot(a3_$q, v$q)); //: q in QUADS
    var h = params.scale * total(dots, lane);
    if (HALF_NORM) {
      var norms = vec4<f32>(0.0);
      norms += select(vec4<f32>(0.0), vec4<f32>(dot(a0_$q, a0_$q), dot(a1_$q, a1_$q), dot(a2_$q, a2_$q), dot(a3_$q, a3_$q)), isIn$q); //: q in QUADS
      h -= 0.5 * params.scale * params.scale * (total(norms, lane) - paddingNorm());
    }
    h[$r] = select(LEAST, h[$r] + bias[b + row$r], row + $ru < end); //: r in 4
    let top = max(most, max(max(h.x, h.y), max(h.z, h.w)));
    let fade = exp(params.beta * (most - top));
    let w = exp(params.beta * (h - top));
    weight = weight * fade + (w.x + w.y) + (w.z + w.w);
    sum$q = sum$q * fade + w.x * a0_$q + w.y * a1_$q + w.z * a2_$q + w.w * a3_$q; //: q in QUADS
    most = top;
  }
  let first = (replica * groups.x + group.x) * (quads + 1u);
  if (isIn$q) { partial[first + quad$q] = sum$q; } //: q in QUADS
  if (lane == 0u) {
    partial[first + quads] = vec4<f32>(most, weight, 0.0, 0.0);
  }
}
