// L* = (y log y + (1 - y) log(1 - y)) / a, for 0 <= y <= 1; 0 at both ends.   p.x = gain a

fn entropyTerm(y: f32) -> f32 {
  return select(y * log(y), 0.0, y == 0.0);
}

fn conjugateTerm(y: f32, p: vec4<f32>) -> f32 {
  let x = clamp(y, 0.0, 1.0);
  return (entropyTerm(x) + entropyTerm(1.0 - x)) / p.x;
}
