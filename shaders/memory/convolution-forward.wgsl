// The input of the features of a convolution: sum_{c,i,j} K[f,c,i,j] x[c, stride p + i - before.y, stride q + j
// - before.x].
//
//   K [.., stride] rows of one feature, C kh kw columns, channel slowest; replica r has those from r copyRows on (0 = shared)
//   x [.., vectorStride], an image of C channels
//
// Dispatch: x over entries of the features, y over replicas. Joined: product/f32.wgsl,
// an epilogue, product/store.wgsl or neuron/step.wgsl, and memory/convolution-places.wgsl.

override WORKGROUP: u32 = 64;

struct Params {
  stride: u32,
  copyRows: u32,
  vectorStride: u32,
  outputs: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read> vector: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn convolutionForward(@builtin(global_invocation_id) id: vec3<u32>) {
  let index = id.x;
  let replica = id.y;
  if (index >= params.outputs) {
    return;
  }
  let places = params.down * params.across;
  let feature = index / places;
  let p = (index % places) / params.across;
  let q = index % params.across;
  let row = replica * params.copyRows + feature;
  let image = replica * params.vectorStride;
  // In nested partial sums: one long sum has larger rounding errors.
  var sum = 0.0;
  var column = 0u;
  for (var channel = 0u; channel < params.channels; channel++) {
    var lines = 0.0;
    for (var i = 0u; i < params.kernelHeight; i++) {
      let y = lookedAt(p, i, params.height, params.beforeY);
      var line = 0.0;
      var part = 0.0;
      for (var j = 0u; j < params.kernelWidth; j++) {
        let x = lookedAt(q, j, params.width, params.beforeX);
        if (y >= 0 && x >= 0) {
          let pixel = (channel * params.height + u32(y)) * params.width + u32(x);
          part += quadAt(row, column / 4u)[column % 4u] * vector[image + pixel];
        }
        column += 1u;
        if (j % PART == PART - 1u) {
          line += part;
          part = 0.0;
        }
      }
      lines += line + part;
      if (i % PART == PART - 1u) {
        sum += lines;
        lines = 0.0;
      }
    }
    sum += lines;
  }
  storeProduct(replica, index, sum);
}
