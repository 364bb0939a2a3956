// LANES invocations share a tile of a product, each with a part of the sum; a tree adds up, in a fixed order. `reduceLanes`:
// of neighbours, so that a row is read by neighbours; `reduceLanesQuad`: of every (WORKGROUP / LANES)-th, so that columns are.
// Call from uniform control flow. LANES is a power of two.

override WORKGROUP: u32 = 64;

var<workgroup> shares: array<f32, WORKGROUP>;
var<workgroup> sharesOfFour: array<vec4<f32>, WORKGROUP>;

fn reduceLanes(value: f32, index: u32) -> f32 {
  workgroupBarrier();
  shares[index] = value;
  for (var width = LANES / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (index % LANES < width) {
      shares[index] += shares[index + width];
    }
  }
  workgroupBarrier();
  return shares[index - index % LANES];
}

fn reduceLanesQuad(value: vec4<f32>, index: u32) -> vec4<f32> {
  let tiles = WORKGROUP / LANES;
  workgroupBarrier();
  sharesOfFour[index] = value;
  for (var width = LANES / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (index < width * tiles) {
      sharesOfFour[index] += sharesOfFour[index + width * tiles];
    }
  }
  workgroupBarrier();
  return sharesOfFour[index % tiles];
}
