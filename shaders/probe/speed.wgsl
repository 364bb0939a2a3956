// max_i |dx_i/dt| of one layer, dx/dt = (b + I - x) / tau, 0 where a clamp holds; one number a replica.
// input, state [replicas, layerStride]; joined: common/reduce-tree.wgsl or reduce-subgroup.wgsl, neuron/external-input.wgsl. Dispatch: one workgroup a replica.

struct Params {
  size: u32,
  layerStride: u32,
  biasRows: u32,
  perTau: f32,
  slotWord: u32,
  ringStart: u32,
  sampleWords: u32,
}

@group(0) @binding(4) var<storage, read> input: array<f32>;
@group(0) @binding(5) var<storage, read> state: array<f32>;
@group(0) @binding(6) var<storage, read_write> ring: array<f32>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn speed(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  useReplica(group.x);
  let replica = group.x;
  var fastest = 0.0;
  for (var i = lane; i < params.size; i += WORKGROUP) {
    useNeuron(replica, i); //: n in BY_NEURON
    let at = replica * params.layerStride + i;
    let velocity = params.perTau * (externalInputOf(replica, i) + input[at] - state[at]);
    fastest = max(fastest, select(abs(velocity), 0.0, isHeld(replica, i)));
  }
  let reduced = reduceMax(fastest, lane);
  if (lane == 0u) {
    ring[params.ringStart + u32(clock[params.slotWord]) * params.sampleWords + replica] = reduced;
  }
}
