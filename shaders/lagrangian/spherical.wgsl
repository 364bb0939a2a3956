// L = sqrt(sum x^2 + eps), g = x / sqrt(sum x^2 + eps).   p.x = eps; second = sum x^2

const FIRST_IDENTITY = 0.0;

fn firstTerm(x: f32, p: vec4<f32>) -> f32 {
  return 0.0;
}

fn firstJoin(a: f32, b: f32) -> f32 {
  return a + b;
}

fn reduceFirst(value: f32, lane: u32) -> f32 {
  return reduceSum(value, lane);
}

fn secondTerm(x: f32, first: f32, n: f32, p: vec4<f32>) -> f32 {
  return x * x;
}

fn activationOf(x: f32, first: f32, second: f32, n: f32, p: vec4<f32>) -> f32 {
  return x / sqrt(second + p.x);
}

fn lagrangianOf(first: f32, second: f32, n: f32, p: vec4<f32>) -> f32 {
  return sqrt(second + p.x);
}
