// The external input of a neuron: bias b and injected current; and whether a clamp holds the neuron.
// Joined to the kernels of one layer. bias [biasRows, layerStride], row r mod biasRows;
// current, hold [replicas, layerStride], present only when STIMULATED.

override STIMULATED: bool = false;

@group(0) @binding(1) var<storage, read> bias: array<f32>;
@group(0) @binding(2) var<storage, read> current: array<f32>;
@group(0) @binding(3) var<storage, read> hold: array<u32>;

fn externalInputOf(replica: u32, index: u32) -> f32 {
  var drive = bias[(replica % params.biasRows) * params.layerStride + index];
  if (STIMULATED) {
    drive += current[replica * params.layerStride + index];
  }
  return drive;
}

fn isHeld(replica: u32, index: u32) -> bool {
  if (STIMULATED) {
    return hold[replica * params.layerStride + index] != 0u;
  }
  return false;
}
