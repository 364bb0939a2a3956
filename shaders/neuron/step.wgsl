// One step of tau dx/dt = -x + b + I:   x += rate (b + I - x) + sigma xi,
// rate = step/tau, sigma = sqrt(2 T step/tau) (euler), or rate = 1 - exp(-step/tau), sigma = sqrt(T (1 - exp(-2 step/tau)))
// (exponential-euler), xi ~ N(0, 1).
// ADIABATIC: x = b + I. An entry held by a clamp stays. A value that is not finite writes its tick to `faults`.
// Varied replicas have the random numbers of a separate run: replica r those of r mod repetitions.
// I is `value`, with ADDS plus the earlier products in `input`. state, input [replicas, layerStride].
// Joined: neuron/external-input.wgsl, common/random.wgsl, common/real.wgsl, neuron/{rounded,carried}.wgsl for the addition, and
// neuron/{with,no}-activation.wgsl for the activation.

override ADIABATIC: bool = false;
override ADDS: bool = false;

struct Params {
  size: u32,
  layerStride: u32,
  biasRows: u32,
  rate: f32,
  sigma: f32,
  seed: u32,
  layer: u32,
  fault: u32,
  repetitions: u32,
}

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(0) var<storage, read_write> state: array<f32>;
@group(0) @binding(0) var<storage, read_write> faults: array<atomic<u32>>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

fn storeProduct(replica: u32, index: u32, value: f32) {
  useNeuron(replica, index); //: n in BY_NEURON
  let at = replica * params.layerStride + index;
  if (isHeld(replica, index)) {
    react(at, state[at]);
    return;
  }
  let tick = u32(clock[0]);
  var x = externalInputOf(replica, index) + value;
  if (ADDS) {
    x += input[at];
  }
  if (!ADIABATIC) {
    var shake = 0.0;
    if (params.sigma > 0.0) {
      shake = params.sigma * noise(params.seed, tick, params.layer, replica % params.repetitions, index);
    }
    x = advanced(at, state[at], params.rate, x, shake);
  }
  state[at] = x;
  if (!isFinite(x)) {
    atomicMin(&faults[params.fault], tick);
  }
  react(at, x);
}
