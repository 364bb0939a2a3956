// memory/convolution-backward.wgsl, within rounding, by a tile: ROWS channels at STATES pixels of a line at once. The pixels are
// `step` apart: the same taps cover all of them, from neighbouring places.
//
//                 pixel x  x+step ...     x0 x1 ... the features whose TAPS taps of a line of the filter
//   channel c           .   .             cover the pixels: a window, whose numbers serve several taps.
//   channel c + 1       .   .             ROWS x STATES sums in registers
//
// A longer line of a filter is several blocks of TAPS taps (LONG). Tiles that cross an edge read a channel again, or zeros,
// and do not store them.
// Dispatch: x over tiles, along a line first, then over lines and channels; y over replicas. Joined as
// memory/convolution-forward.wgsl, with memory/convolution-window.wgsl. PERIODIC needs a stride of 1.

override WORKGROUP: u32 = 64;

struct Params {
  stride: u32,
  copyRows: u32,
  vectorStride: u32,
  features: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> vector: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn convolutionBackwardTiled(@builtin(global_invocation_id) id: vec3<u32>) {
  let replica = id.y;
  let apart = STATES * params.step;
  let tiles = params.step * ((params.width + apart - 1u) / apart);
  let channel = ROWS * (id.x / (tiles * params.height));
  if (channel >= params.channels) {
    return;
  }
  let y = (id.x / tiles) % params.height;
  let tile = id.x % tiles;
  let x = apart * (tile / params.step) + tile % params.step;
  // The first tap that covers the pixels, and its place at pixel x.
  let tap = (x + params.beforeX) % params.step;
  let place = i32((x + params.beforeX) / params.step);
  let columns$r = min(channel + $ru, params.channels - 1u) * params.kernelHeight * params.kernelWidth; //: r in ROWS
  let map = replica * params.vectorStride;
  let first = replica * params.copyRows;
  // In nested partial sums: one long sum has larger rounding errors.
  var sum$r_$q = 0.0; //: r in ROWS, q in STATES
  for (var top = 0u; top < params.kernelHeight; top += PART) {
    var lines$r_$q = 0.0; //: r in ROWS, q in STATES
    for (var i = top; i < min(top + PART, params.kernelHeight); i++) {
      let p = placeOf(y, i, params.height, params.beforeY, params.down);
      // No branch: a line without places has no terms.
      let features = select(params.features, 0u, p < 0);
      for (var begin = 0u; begin < features; begin += PART) {
        var all$r_$q = 0.0; //: r in ROWS, q in STATES
        for (var feature = begin; feature < min(begin + PART, features); feature++) {
          let places = map + (feature * params.down + u32(p)) * params.across;
          let column$r = columns$r + i * params.kernelWidth; //: r in ROWS
          let j = 0u; //: n in SHORT
          var line$r_$q = 0.0; //: n in LONG, r in ROWS, q in STATES
          for (var j = 0u; tap + j * params.step < params.kernelWidth; j += TAPS) { //: n in LONG
            // From the last tap to the first, place by place.
            var at = beginning(place - i32(j + TAPS - 1u), params.across);
            let x$k = numberAt(places, at, params.across); at = following(at, params.across); //: k in WINDOW
            let weight$r_$t = weightAt(first + feature, column$r, tap + (j + TAPS - 1u - $tu) * params.step); //: r in ROWS, t in TAPS
            var part$r_$q = 0.0; //: r in ROWS, q in STATES
            part$r_$q += weight$r_$t * x$($q+$t); //: t in TAPS, r in ROWS, q in STATES
            line$r_$q += part$r_$q; //: n in LONG, r in ROWS, q in STATES
          } //: n in LONG
          all$r_$q += line$r_$q; //: n in LONG, r in ROWS, q in STATES
          all$r_$q += part$r_$q; //: n in SHORT, r in ROWS, q in STATES
        }
        lines$r_$q += all$r_$q; //: r in ROWS, q in STATES
      }
    }
    sum$r_$q += lines$r_$q; //: r in ROWS, q in STATES
  }
  var sums: array<f32, ROWS * STATES>;
  sums[$ru * STATES + $qu] = sum$r_$q; //: r in ROWS, q in STATES
  for (var at = 0u; at < ROWS * STATES; at++) {
    let own = channel + at / STATES;
    let pixel = x + (at % STATES) * params.step;
    if (own < params.channels && pixel < params.width) {
      storeProduct(replica, (own * params.height + y) * params.width + pixel, sums[at]);
    }
  }
}
