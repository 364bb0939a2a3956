// L = N gamma sqrt(var(x) + eps) + delta sum x, g = gamma (x - mean) / sqrt(var + eps) + delta.
// p = (gamma, delta, eps); first = (sum x, max |x|); second = sum ((x - mean) / unit)^2, unit a power of two near the
// largest, so that squares stay within float32

alias First = vec2<f32>;

const FIRST_IDENTITY = vec2<f32>(0.0);

fn firstTerm(x: f32, p: vec4<f32>) -> vec2<f32> {
  return vec2<f32>(x, abs(x));
}

fn firstJoin(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  return vec2<f32>(a.x + b.x, max(a.y, b.y));
}

fn reduceFirst(value: vec2<f32>, lane: u32) -> vec2<f32> {
  return vec2<f32>(reduceSum(value.x, lane), reduceMax(value.y, lane));
}

fn scaleBy(first: vec2<f32>, p: vec4<f32>) -> f32 {
  return scaleOf(exponentOf(vec4<f32>(max(first.y, sqrt(p.z)))));
}

fn secondTerm(x: f32, first: vec2<f32>, n: f32, p: vec4<f32>) -> f32 {
  let d = (x - first.x / n) * scaleBy(first, p);
  return d * d;
}

/// sqrt(var + eps) / unit
fn spreadOf(first: vec2<f32>, second: f32, n: f32, p: vec4<f32>) -> f32 {
  let scale = scaleBy(first, p);
  return sqrt(second / n + p.z * scale * scale);
}

fn activationOf(x: f32, first: vec2<f32>, second: f32, n: f32, p: vec4<f32>) -> f32 {
  return p.x * ((x - first.x / n) * scaleBy(first, p)) / spreadOf(first, second, n, p) + p.y;
}

fn lagrangianOf(first: vec2<f32>, second: f32, n: f32, p: vec4<f32>) -> f32 {
  return n * p.x * (spreadOf(first, second, n, p) / scaleBy(first, p)) + p.y * first.x;
}
