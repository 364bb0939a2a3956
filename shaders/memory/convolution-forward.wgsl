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
  // No branch in the inner loop: software adapters write all values again after one.
  let across = tapsAt(q, params.kernelWidth, params.width, params.beforeX);
  let down = tapsAt(p, params.kernelHeight, params.height, params.beforeY);
  // In nested partial sums: one long sum has larger rounding errors.
  var sum = 0.0;
  for (var channel = 0u; channel < params.channels; channel++) {
    for (var top = 0u; top < params.kernelHeight; top += PART) {
      var lines = 0.0;
      for (var i = max(top, down.x); i < min(top + PART, down.y); i++) {
        let y = pixelAt(p, i, params.height, params.beforeY);
        let column = (channel * params.kernelHeight + i) * params.kernelWidth;
        let pixels = image + (channel * params.height + y) * params.width;
        var line = 0.0;
        for (var left = 0u; left < params.kernelWidth; left += PART) {
          var part = 0.0;
          for (var j = max(left, across.x); j < min(left + PART, across.y); j++) {
            part += entryAt(row, column + j) * vector[pixels + pixelAt(q, j, params.width, params.beforeX)];
          }
          line += part;
        }
        lines += line;
      }
      sum += lines;
    }
  }
  storeProduct(replica, index, sum);
}
