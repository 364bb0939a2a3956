// One step of tau dx/dt = -x + b + I:   x += rate (b + I - x) + sigma xi,
// rate = step/tau (euler) or 1 - exp(-step/tau) (exponential-euler), sigma = sqrt(2 T step/tau), xi ~ N(0, 1).
// ADIABATIC: x = b + I. An entry held by a clamp stays. A value that is not finite leaves its tick in `faults`.
// Replicas that vary have random numbers as in a run of their own: replica r those of r mod repetitions.
// input, state [replicas, stride]; joined: common/shared.wgsl or varied.wgsl, neuron/drive.wgsl, common/random.wgsl,
// common/real.wgsl.
// Dispatch: x over neurons, y over replicas.

override WORKGROUP: u32 = 64;
override ADIABATIC: bool = false;

struct Params {
  size: u32,
  stride: u32,
  biasRows: u32,
  rate: f32,
  sigma: f32,
  seed: u32,
  layer: u32,
  fault: u32,
  repetitions: u32,
}

@group(0) @binding(4) var<storage, read> input: array<f32>;
@group(0) @binding(5) var<storage, read_write> state: array<f32>;
@group(0) @binding(6) var<storage, read_write> faults: array<atomic<u32>>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn integrate(@builtin(global_invocation_id) id: vec3<u32>) {
  useReplica(id.y);
  if (id.x >= params.size || isHeld(id.y, id.x)) {
    return;
  }
  let at = id.y * params.stride + id.x;
  let tick = u32(clock[0]);
  var x = driveOf(id.y, id.x) + input[at];
  if (!ADIABATIC) {
    let before = state[at];
    x = before + params.rate * (x - before);
    if (params.sigma > 0.0) {
      x += params.sigma * noise(params.seed, tick, params.layer, id.y % params.repetitions, id.x);
    }
  }
  state[at] = x;
  if (!isFinite(x)) {
    atomicMin(&faults[params.fault], tick);
  }
}
