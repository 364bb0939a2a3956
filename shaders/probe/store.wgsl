// Copies factor * values into a sample of the ring. values [replicas, stride].
// Dispatch: x over the values of a replica, y over replicas.

override WORKGROUP: u32 = 64;

struct Params {
  size: u32,
  stride: u32,
  factor: f32,
  slotWord: u32,
  ringStart: u32,
  sampleWords: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> ring: array<f32>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn store(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.size) {
    return;
  }
  let slot = u32(clock[params.slotWord]);
  ring[params.ringStart + slot * params.sampleWords + id.y * params.size + id.x] =
    params.factor * values[id.y * params.stride + id.x];
}
