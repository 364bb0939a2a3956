// g = dL/dx for a Lagrangian that is a sum over neurons; `activation` is joined from shaders/lagrangian.
// state, activations [replicas, stride]. Dispatch: x over neurons, y over replicas.

override WORKGROUP: u32 = 64;

struct Params {
  size: u32,
  stride: u32,
  p0: f32,
  p1: f32,
  p2: f32,
  p3: f32,
}

@group(0) @binding(1) var<storage, read> state: array<f32>;
@group(0) @binding(2) var<storage, read_write> activations: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn activate(@builtin(global_invocation_id) id: vec3<u32>) {
  useReplica(id.y);
  if (id.x >= params.size) {
    return;
  }
  useNeuron(id.y, id.x); //: n in BY_NEURON
  let at = id.y * params.stride + id.x;
  activations[at] = activation(state[at], vec4<f32>(params.p0, params.p1, params.p2, params.p3));
}
