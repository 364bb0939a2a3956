// Energy of one layer, (x - b - current).g - L(x), one number a replica, into a sample of the ring.
// state, activations [replicas, layerStride]. Joined: common/reduce-tree.wgsl or reduce-subgroup.wgsl, common/params-uniform.wgsl or params-per-replica.wgsl, neuron/external-input.wgsl, a
// Lagrangian's `lagrangianTerm`, and `wholeOf` from lagrangian/whole.wgsl or summed.wgsl. Dispatch: one workgroup a replica.

struct Params {
  size: u32,
  layerStride: u32,
  biasRows: u32,
  p0: f32,
  p1: f32,
  p2: f32,
  p3: f32,
  slotWord: u32,
  ringStart: u32,
  sampleWords: u32,
  replicaWords: u32,
  word: u32,
}

@group(0) @binding(4) var<storage, read> state: array<f32>;
@group(0) @binding(5) var<storage, read> activations: array<f32>;
@group(0) @binding(7) var<storage, read_write> ring: array<f32>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn legendre(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  useReplica(group.x);
  let replica = group.x;
  let p = vec4<f32>(params.p0, params.p1, params.p2, params.p3);
  var sum = 0.0;
  for (var i = lane; i < params.size; i += WORKGROUP) {
    useNeuron(replica, i); //: n in BY_NEURON
    let p = vec4<f32>(params.p0, params.p1, params.p2, params.p3); //: n in BY_NEURON
    let at = replica * params.layerStride + i;
    sum += (state[at] - externalInputOf(replica, i)) * activations[at] - lagrangianTerm(state[at], p);
  }
  let reduced = reduceSum(sum, lane);
  if (lane == 0u) {
    let slot = u32(clock[params.slotWord]);
    ring[params.ringStart + slot * params.sampleWords + replica * params.replicaWords + params.word] =
      reduced - wholeOf(replica);
  }
}
