// Colours the cells of a sheet (view/sheet.wgsl) straight from the buffer of its rows, [count, stride]; joined to
// matrix/{f32,f16,binary}.wgsl. Each pixel shows one entry: where a matrix has more entries than the canvas pixels,
// some are passed over and none are averaged, so that what is seen are true values.
//
// Cells that belong to no entry of this buffer are left as they are. NaN and infinity are magenta.
// Draw: one triangle that covers the canvas.

@vertex
fn cover(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
  return vec4<f32>(f32(index % 2u) * 4.0 - 1.0, f32(index / 2u) * 4.0 - 1.0, 0.0, 1.0);
}

@fragment
fn shade(@builtin(position) at: vec4<f32>) -> @location(0) vec4<f32> {
  let size = vec2<f32>(params.width, params.height);
  let cell = vec2<u32>(at.xy * size / vec2<f32>(params.canvasWidth, params.canvasHeight));
  let pitch = vec2<u32>(params.tileWidth + params.gapX, params.tileHeight + params.gapY);
  let tile = cell / pitch;
  let inside = cell % pitch;
  let column = inside.y * params.tileWidth + inside.x;
  let row = tile.y * params.across + tile.x - params.start;
  // An unsigned difference: rows before this buffer wrap to large numbers and are outside as well.
  if (inside.x >= params.tileWidth || inside.y >= params.tileHeight || tile.x >= params.across
    || column >= params.columns || row >= params.count) {
    discard;
  }
  let value = params.scale * quadAt(row, column / 4u)[column % 4u];
  if (!isFinite(value)) {
    return vec4<f32>(1.0, 0.0, 1.0, 1.0);
  }
  let position = 8.0 * clamp((value - params.low) / (params.high - params.low), 0.0, 1.0);
  let below = min(u32(position), 7u);
  return vec4<f32>(mix(params.stops[below].rgb, params.stops[below + 1u].rgb, position - f32(below)), 1.0);
}
