// L = N gamma sqrt(var(x) + eps) + delta sum x, g = gamma (x - mean) / sqrt(var + eps) + delta.
// p = (gamma, delta, eps); first = sum x, second = sum (x - mean)^2

const FIRST_IDENTITY = 0.0;

fn firstTerm(x: f32, p: vec4<f32>) -> f32 {
  return x;
}

fn firstJoin(a: f32, b: f32) -> f32 {
  return a + b;
}

fn reduceFirst(value: f32, lane: u32) -> f32 {
  return reduceSum(value, lane);
}

fn secondTerm(x: f32, first: f32, n: f32, p: vec4<f32>) -> f32 {
  let d = x - first / n;
  return d * d;
}

fn activationOf(x: f32, first: f32, second: f32, n: f32, p: vec4<f32>) -> f32 {
  return p.x * (x - first / n) / sqrt(second / n + p.z) + p.y;
}

fn lagrangianOf(first: f32, second: f32, n: f32, p: vec4<f32>) -> f32 {
  return n * p.x * sqrt(second / n + p.z) + p.y * first;
}
