// L = (1/beta) log sum e^(beta x), g = softmax(beta x).   p.x = beta
// first = max x, second = sum e^(beta (x - first)): the difference first, so that a common offset causes no
// rounding

alias First = f32;

const FIRST_IDENTITY = -3.4e38;

fn firstTerm(x: f32, p: vec4<f32>) -> f32 {
  return x;
}

fn firstJoin(a: f32, b: f32) -> f32 {
  return max(a, b);
}

fn reduceFirst(value: f32, lane: u32) -> f32 {
  return reduceMax(value, lane);
}

fn secondTerm(x: f32, first: f32, n: f32, p: vec4<f32>) -> f32 {
  return exp(p.x * (x - first));
}

fn activationOf(x: f32, first: f32, second: f32, n: f32, p: vec4<f32>) -> f32 {
  return exp(p.x * (x - first)) / second;
}

fn lagrangianOf(first: f32, second: f32, n: f32, p: vec4<f32>) -> f32 {
  let logarithm = select(log(second), log1pUnit(clamp(second - 1.0, 0.0, 1.0)), second < 2.0);
  return first + logarithm / p.x;
}
