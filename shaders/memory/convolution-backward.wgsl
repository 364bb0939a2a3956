// The input of the image of a convolution: for pixel (c, y, x) the sum over features f and taps (i, j) of
// K[f,c,i,j] times the feature at the place whose tap covers the pixel.
//
//   K as of memory/convolution-forward.wgsl, x [.., vectorStride], the features
//
// Dispatch: x over pixels, y over replicas. Joined as memory/convolution-forward.wgsl.

override WORKGROUP: u32 = 64;

struct Params {
  stride: u32,
  copyRows: u32,
  vectorStride: u32,
  outputs: u32,
  features: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> vector: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn convolutionBackward(@builtin(global_invocation_id) id: vec3<u32>) {
  let index = id.x;
  let replica = id.y;
  if (index >= params.outputs) {
    return;
  }
  let channel = index / (params.height * params.width);
  let y = (index / params.width) % params.height;
  let x = index % params.width;
  let first = replica * params.copyRows;
  let map = replica * params.vectorStride;
  let taps = params.kernelHeight * params.kernelWidth;
  // In nested partial sums, as in memory/convolution-forward.wgsl.
  var sum = 0.0;
  var lines = 0.0;
  for (var i = 0u; i < params.kernelHeight; i++) {
    var line = 0.0;
    let p = placeOf(y, i, params.height, params.beforeY, params.down);
    for (var j = 0u; j < params.kernelWidth; j++) {
      let q = placeOf(x, j, params.width, params.beforeX, params.across);
      if (p < 0 || q < 0) {
        continue;
      }
      let column = channel * taps + i * params.kernelWidth + j;
      let places = params.down * params.across;
      let place = map + u32(p) * params.across + u32(q);
      var all = 0.0;
      for (var begin = 0u; begin < params.features; begin += PART) {
        var part = 0.0;
        for (var feature = begin; feature < min(begin + PART, params.features); feature++) {
          part += entryAt(first + feature, column) * vector[place + feature * places];
        }
        all += part;
      }
      line += all;
    }
    lines += line;
    if (i % PART == PART - 1u) {
      sum += lines;
      lines = 0.0;
    }
  }
  storeProduct(replica, index, sum + lines);
}
