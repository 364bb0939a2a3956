// memory/convolution-forward.wgsl, to the last bit, by a tile: ROWS features at STATES neighbouring places of a line at once.
//
//                 place q  q+1 ...     x0 x1 ... the pixels under TAPS taps of a line of the filter at all
//   feature f           .   .          places: a window, whose numbers serve several taps (SLIDING, a stride
//   feature f + 1       .   .          of 1). ROWS x STATES sums in registers
//
// A longer line of a filter is several blocks of TAPS taps (LONG). Tiles that cross an edge read a feature again, or zeros,
// and do not store them.
// Dispatch: x over tiles, along a line first, then over lines and features; y over replicas. Joined as
// memory/convolution-forward.wgsl, with memory/convolution-window.wgsl. PERIODIC needs SLIDING.

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
fn convolutionForwardTiled(@builtin(global_invocation_id) id: vec3<u32>) {
  let replica = id.y;
  let tiles = (params.across + STATES - 1u) / STATES;
  let feature = ROWS * (id.x / (tiles * params.down));
  if (feature >= params.features) {
    return;
  }
  let p = (id.x / tiles) % params.down;
  let q = STATES * (id.x % tiles);
  let row$r = replica * params.copyRows + min(feature + $ru, params.features - 1u); //: r in ROWS
  let image = replica * params.vectorStride;
  let first = i32(params.step * q) - i32(params.beforeX);
  let down = tapsAt(p, params.kernelHeight, params.height, params.beforeY);
  // In the nested partial sums of memory/convolution-forward.wgsl.
  var sum$r_$q = 0.0; //: r in ROWS, q in STATES
  for (var channel = 0u; channel < params.channels; channel++) {
    for (var top = 0u; top < params.kernelHeight; top += PART) {
      var lines$r_$q = 0.0; //: r in ROWS, q in STATES
      for (var i = max(top, down.x); i < min(top + PART, down.y); i++) {
        let y = pixelAt(p, i, params.height, params.beforeY);
        let column = (channel * params.kernelHeight + i) * params.kernelWidth;
        let pixels = image + (channel * params.height + y) * params.width;
        let j = 0u; //: n in SHORT
        var line$r_$q = 0.0; //: n in LONG, r in ROWS, q in STATES
        for (var left = 0u; left < params.kernelWidth; left += PART) { //: n in LONG
          var part$r_$q = 0.0; //: n in LONG, r in ROWS, q in STATES
          for (var j = left; j < min(left + PART, params.kernelWidth); j += TAPS) { //: n in LONG
            var at = beginning(first + i32(j), params.width);
            let x$k = numberAt(pixels, at, params.width); at = following(at, params.width); //: n in SLIDING, k in WINDOW
            let x$q_$t = numberAt(pixels, at + i32($qu * params.step + $tu), params.width); //: n in STEPPING, q in STATES, t in TAPS
            let weight$r_$t = weightAt(row$r, column, j + $tu); //: r in ROWS, t in TAPS
            var part$r_$q = 0.0; //: n in SHORT, r in ROWS, q in STATES
            part$r_$q += weight$r_$t * x$($q+$t); //: n in SLIDING, t in TAPS, r in ROWS, q in STATES
            part$r_$q += weight$r_$t * x$q_$t; //: n in STEPPING, t in TAPS, r in ROWS, q in STATES
          } //: n in LONG
          line$r_$q += part$r_$q; //: n in LONG, r in ROWS, q in STATES
        } //: n in LONG
        lines$r_$q += line$r_$q; //: n in LONG, r in ROWS, q in STATES
        lines$r_$q += part$r_$q; //: n in SHORT, r in ROWS, q in STATES
      }
      sum$r_$q += lines$r_$q; //: r in ROWS, q in STATES
    }
  }
  var sums: array<f32, ROWS * STATES>;
  sums[$ru * STATES + $qu] = sum$r_$q; //: r in ROWS, q in STATES
  for (var at = 0u; at < ROWS * STATES; at++) {
    let own = feature + at / STATES;
    let place = q + at % STATES;
    if (own < params.features && place < params.across) {
      storeProduct(replica, (own * params.down + p) * params.across + place, sums[at]);
    }
  }
}
