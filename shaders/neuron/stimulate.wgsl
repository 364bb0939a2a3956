// Stage 1 of a tick: the stimulus items of one layer set its state, its clamps (hold) and its currents.
// initial: x = cue, rows assigned to the replicas; clamp: x = cue, held; current: adds the cue to b.
// A later item overrides an earlier one. Entries marked free keep their state.
// Varied replicas have the rows of a separate run: replica r those of r mod repetitions.
// items [itemCount], or as many for each replica (itemStep = itemCount, else 0): kind, first row in cues, rows, word of
// `clock` that holds the row shown (or -1)
// cues, free [rows, stride]; state, current, hold [replicas, stride]
// Dispatch: x over neurons, y over replicas; only in ticks in which the stimulus changes.

override WORKGROUP: u32 = 64;
override MASKED: bool = false;

struct Params {
  size: u32,
  stride: u32,
  itemCount: u32,
  itemStep: u32,
  repetitions: u32,
}

struct Item {
  kind: u32,
  firstRow: u32,
  rows: u32,
  word: u32,
}

const INITIAL = 0u;
const CLAMP = 1u;
const CURRENT = 2u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> items: array<Item>;
@group(0) @binding(2) var<storage, read> cues: array<f32>;
@group(0) @binding(3) var<storage, read> free: array<u32>;
@group(0) @binding(4) var<storage, read_write> state: array<f32>;
@group(0) @binding(5) var<storage, read_write> current: array<f32>;
@group(0) @binding(6) var<storage, read_write> hold: array<u32>;
@group(1) @binding(0) var<storage, read> clock: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn stimulate(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.size) {
    return;
  }
  let at = id.y * params.stride + id.x;
  var held = 0u;
  var added = 0.0;
  for (var k = 0u; k < params.itemCount; k++) {
    let item = items[id.y * params.itemStep + k];
    let shown = clock[item.word];
    if (shown < 0) {
      continue;
    }
    let row = item.firstRow + select(u32(shown), (id.y % params.repetitions) % item.rows, item.kind == INITIAL);
    let cue = row * params.stride + id.x;
    if (MASKED) {
      if (free[cue] != 0u) {
        continue;
      }
    }
    if (item.kind == CURRENT) {
      added += cues[cue];
    } else {
      state[at] = cues[cue];
      held = select(held, 1u, item.kind == CLAMP);
    }
  }
  current[at] = added;
  hold[at] = held;
}
