// Which neurons of a layer stay in this step: those that a clamp holds, and those that the update does not choose.
// Varied replicas have the random numbers of a separate run: replica r those of r mod repetitions.
// hold, still [replicas, layerStride], 1 = stays. Joined: `isChosen` from shaders/update, common/choice.wgsl.
// Dispatch: x over neurons, y over replicas; in the ticks in which the layer moves.

override WORKGROUP: u32 = 64;

struct Params {
  size: u32,
  layerStride: u32,
  every: u32,
  word: u32,
  seed: u32,
  layer: u32,
  repetitions: u32,
}

@group(0) @binding(0) var<storage, read> hold: array<u32>;
@group(0) @binding(0) var<storage, read_write> still: array<u32>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn choose(@builtin(global_invocation_id) id: vec3<u32>) {
  useReplica(id.y);
  if (id.x >= params.size) {
    return;
  }
  let tick = u32(clock[0]);
  let replica = id.y % params.repetitions;
  let choice = Choice(params.size, tick / params.every, params.word, params.seed, tick, params.layer, replica);
  let at = id.y * params.layerStride + id.x;
  still[at] = select(1u, hold[at], isChosen(id.x, choice));
}
