// L = sqrt(sum x^2 + eps), g = x / sqrt(sum x^2 + eps).   p.x = eps
// first = max |x|; second = sum (x / unit)^2, unit a power of two near the root, so that squares stay within float32

alias First = f32;

const FIRST_IDENTITY = 0.0;

fn firstTerm(x: f32, p: vec4<f32>) -> f32 {
  return abs(x);
}

fn firstJoin(a: f32, b: f32) -> f32 {
  return max(a, b);
}

fn reduceFirst(value: f32, lane: u32) -> f32 {
  return reduceMax(value, lane);
}

fn scaleBy(first: f32, p: vec4<f32>) -> f32 {
  return scaleOf(exponentOf(vec4<f32>(max(first, sqrt(p.x)))));
}

fn secondTerm(x: f32, first: f32, n: f32, p: vec4<f32>) -> f32 {
  let y = x * scaleBy(first, p);
  return y * y;
}

/// sqrt(sum x^2 + eps) / unit
fn lengthOf(first: f32, second: f32, p: vec4<f32>) -> f32 {
  let scale = scaleBy(first, p);
  return sqrt(second + p.x * scale * scale);
}

fn activationOf(x: f32, first: f32, second: f32, n: f32, p: vec4<f32>) -> f32 {
  return x * scaleBy(first, p) / lengthOf(first, second, p);
}

fn lagrangianOf(first: f32, second: f32, n: f32, p: vec4<f32>) -> f32 {
  return lengthOf(first, second, p) / scaleBy(first, p);
}
