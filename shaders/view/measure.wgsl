// max(0, highest) and max(0, -lowest) of the finite values of a sheet (view/sheet.wgsl); joined to
// product/{f32,f16,binary}.wgsl. Floats >= 0 sort like their bits, so an integer maximum finds them in any order. The sign
// is masked: max(0, -0) may be -0, whose bits are above those of every number.
//
// extent [2], cleared before. Dispatch: any number of workgroups; they share the quads of the rows shown.

override WORKGROUP: u32 = 64;

const SIZE_BITS = 0x7fffffffu;

@group(0) @binding(2) var<storage, read_write> extent: array<atomic<u32>, 2>;

@compute @workgroup_size(WORKGROUP)
fn measure(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let quads = (params.columns + 3u) / 4u;
  var high = 0.0;
  var low = 0.0;
  for (var index = id.x; index < params.rows * quads; index += groups.x * WORKGROUP) {
    // An unsigned difference: rows before this buffer wrap to large numbers and are outside as well.
    let row = params.first + index / quads - params.start;
    if (row >= params.count) {
      continue;
    }
    let quad = index % quads;
    let values = params.scale * quadAt(row, quad);
    for (var k = 0u; k < min(4u, params.columns - 4u * quad); k++) {
      if (isFinite(values[k])) {
        high = max(high, values[k]);
        low = max(low, -values[k]);
      }
    }
  }
  atomicMax(&extent[0], bitcast<u32>(high) & SIZE_BITS);
  atomicMax(&extent[1], bitcast<u32>(low) & SIZE_BITS);
}
