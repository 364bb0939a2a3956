// One step of a trace s of a rule, and the activations g of its layer as modified by the rule with the old trace:
//   seen = seenOf(g, s),   tau ds/dt = followedOf(g) - s,   s += rate (followedOf(g) - s)
//
//   trace, activations, seen [replicas, stride]
//
// Dispatch: x over groups of four neurons, y over replicas. Joined: a rule with traces, rule/{rounded,carried,staged}.wgsl for the
// addition, common/params-uniform.wgsl or params-per-replica.wgsl. Runs before the step of the memory, which is driven by `seen`.

override WORKGROUP: u32 = 64;

struct Params {
  size: u32,
  stride: u32,
  rate: f32,
  fault: u32,
}

@group(0) @binding(1) var<storage, read_write> trace: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> followed: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> seen: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> faults: array<atomic<u32>>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn follow(@builtin(global_invocation_id) id: vec3<u32>) {
  useReplica(id.y);
  if (4u * id.x >= params.size) {
    return;
  }
  let at = id.y * (params.stride / 4u) + id.x;
  let g = followed[at];
  let before = trace[at];
  // The padding of a vector stays 0.
  let there = 4u * id.x + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(params.size);
  seen[at] = select(vec4<f32>(0.0), seenOf(g, before), there);
  let goal = select(vec4<f32>(0.0), followedOf(g), there);
  let after = advanced(at, before, vec4<f32>(params.rate), vec4<f32>(1.0), goal);
  trace[at] = after;
  if (any(areBroken(after))) {
    atomicMin(&faults[params.fault], u32(clock[0]));
  }
}
