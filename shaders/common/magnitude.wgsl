// Rows scaled near 1 by a power of two, which is exact: their squares stay within float32.

/// The biased exponent of the largest of four numbers; bits are read because adapters may treat subnormal numbers as 0.
fn exponentOf(a: vec4<f32>) -> u32 {
  let bits = bitcast<vec4<u32>>(a) & vec4<u32>(0x7fffffffu);
  return max(max(bits.x, bits.y), max(bits.z, bits.w)) >> 23u;
}

/// The power of two that scales a row near 1, from the exponent of its largest number.
fn scaleOf(exponent: u32) -> f32 {
  return bitcast<f32>(clamp(254u - min(exponent, 254u), 1u, 253u) << 23u);
}

/// scale * a, subnormal numbers included.
fn scaled(a: vec4<f32>, scale: f32) -> vec4<f32> {
  let bits = bitcast<vec4<u32>>(a);
  let fraction = vec4<f32>(bits & vec4<u32>(0x7fffffu)) * 0x1p-75f * scale * 0x1p-74f;
  let signed = select(fraction, -fraction, bits >= vec4<u32>(0x80000000u));
  return select(scale * a, signed, (bits & vec4<u32>(0x7f800000u)) == vec4<u32>(0u));
}
