// Sums in two words, for steps that are too small for one float32: z = value + carry, |carry| <= ulp(value) / 2. The error
// of each addition is found exactly and added to the next step (Kahan 1965; Knuth, The art of computer programming 2, 4.2.2).
// With a carry of 0 the value gets the bits of a plain addition.

struct Sum {
  value: f32,
  carry: f32,
}

struct SumQuad {
  value: vec4<f32>,
  carry: vec4<f32>,
}

/// x itself, in a form that no compiler simplifies: `zero` is 0, but not a constant.
fn rounded(x: f32, zero: u32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) ^ zero);
}

fn roundedQuad(x: vec4<f32>, zero: u32) -> vec4<f32> {
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(x) ^ vec4<u32>(zero));
}

/// The carry, or 0 if the value was set from outside and the carry belongs to the old value.
fn carryOf(value: f32, carry: f32, zero: u32) -> f32 {
  return select(0.0, carry, rounded(value + carry, zero) == value);
}

fn carryOfQuad(value: vec4<f32>, carry: vec4<f32>, zero: u32) -> vec4<f32> {
  return select(vec4<f32>(0.0), carry, roundedQuad(value + carry, zero) == value);
}

/// value + carry + step. If `carries` is 0, the rounding error is dropped.
fn addCarried(value: f32, carry: f32, step: f32, carries: u32, zero: u32) -> Sum {
  let whole = rounded(carry + step, zero);
  let sum = rounded(value + whole, zero);
  let part = rounded(sum - value, zero);
  let lost = (value - rounded(sum - part, zero)) + (whole - part);
  return Sum(sum, select(0.0, lost, carries == 1u));
}

fn addCarriedQuad(value: vec4<f32>, carry: vec4<f32>, step: vec4<f32>, carries: u32, zero: u32) -> SumQuad {
  let whole = roundedQuad(carry + step, zero);
  let sum = roundedQuad(value + whole, zero);
  let part = roundedQuad(sum - value, zero);
  let lost = (value - roundedQuad(sum - part, zero)) + (whole - part);
  return SumQuad(sum, select(vec4<f32>(0.0), lost, carries == 1u));
}
