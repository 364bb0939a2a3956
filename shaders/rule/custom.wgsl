// A custom rule, for four entries w of a row: lambda is their Lambda. `driveAt` and `decayAt` of one entry are
// generated from the two expressions and appended; they may call the functions of lagrangian/custom.wgsl.
// Loops, so that the kernel contains an expression once, not four times.

fn drivesOf(to: f32, columns: vec4<f32>, w: vec4<f32>, lambda: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  var drives = vec4<f32>(0.0);
  for (var c = 0u; c < 4u; c++) {
    drives[c] = driveAt(to, columns[c], w[c], lambda[c], p);
  }
  return drives;
}

fn decaysOf(to: f32, columns: vec4<f32>, w: vec4<f32>, lambda: vec4<f32>, p: vec4<f32>) -> vec4<f32> {
  var decays = vec4<f32>(0.0);
  for (var c = 0u; c < 4u; c++) {
    decays[c] = decayAt(to, columns[c], w[c], lambda[c], p);
  }
  return decays;
}
