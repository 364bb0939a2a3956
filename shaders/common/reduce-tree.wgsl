// Reductions over one workgroup in a fixed order, so that two runs give the same bits:
//
//   lane 0   x0 x64 x128 ...  \
//   lane 1   x1 x65 x129 ...   > each lane folds its stride (in the kernel), then a tree joins the lanes (here)
//   ...                       /
//
// Call from uniform control flow. WORKGROUP is a power of two.

override WORKGROUP: u32 = 64;

var<workgroup> partial: array<f32, WORKGROUP>;

/// The sum of `value` over all lanes, in every lane.
fn reduceSum(value: f32, lane: u32) -> f32 {
  workgroupBarrier();
  partial[lane] = value;
  for (var width = WORKGROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lane < width) {
      partial[lane] += partial[lane + width];
    }
  }
  workgroupBarrier();
  return partial[0];
}

/// The largest `value` of all lanes, in every lane.
fn reduceMax(value: f32, lane: u32) -> f32 {
  workgroupBarrier();
  partial[lane] = value;
  for (var width = WORKGROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lane < width) {
      partial[lane] = max(partial[lane], partial[lane + width]);
    }
  }
  workgroupBarrier();
  return partial[0];
}
