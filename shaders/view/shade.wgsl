// Colours the cells of a sheet (view/sheet.wgsl) straight from the buffer of its rows, [count, stride]; joined to
// product/{f32,f16,binary}.wgsl. Each pixel shows one entry: where the window has more entries than the canvas pixels,
// some are skipped and none are averaged, so that the colours show true values.
//
//   rowOf [rows]: the row that each tile shows, 2^32 - 1 for none; free [.., stride]: 1 = not shown
//   lit [replicas, hidden]: the frame of tile mu goes from dark to bright with |lit_mu|; it covers no entry while a cell has a
//   pixel or more, and a small part of the tile otherwise
// Cells without an entry of this buffer are unchanged. NaN and infinity are magenta. Draw: one triangle that
// covers the canvas.

@group(0) @binding(2) var<storage, read> rowOf: array<u32>;
@group(0) @binding(3) var<storage, read> free: array<u32>;
@group(0) @binding(4) var<storage, read> lit: array<f32>;

const NONE = 0xffffffffu;

/// Cells between two channels; as in src/app/views/tiling.ts.
const CHANNEL_GAP = 1u;

/// A tile with fewer pixels across a frame has none: a frame takes at most 2 of 6 pixels. A tile that is smaller in both
/// directions has its colour as a whole.
const SMALLEST_FRAMED = 6.0;

/// The most pixels of one side of a frame, and the most relative to its tile.
const WIDEST_FRAME = 6.0;
const WIDEST_PART = 0.25;

@vertex
fn cover(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
  return vec4<f32>(f32(index % 2u) * 4.0 - 1.0, f32(index / 2u) * 4.0 - 1.0, 0.0, 1.0);
}

/// The colour of a value.
fn colourOf(value: f32) -> vec3<f32> {
  if (!isFinite(value)) {
    return vec3<f32>(1.0, 0.0, 1.0);
  }
  let held = params.unit * clamp(value, params.low, params.high);
  let position = 8.0 * clamp((held - params.firstValue) / (params.lastValue - params.firstValue), 0.0, 1.0);
  let below = min(u32(position), 7u);
  return mix(params.stops[below].rgb, params.stops[below + 1u].rgb, position - f32(below));
}

@fragment
fn shade(@builtin(position) at: vec4<f32>) -> @location(0) vec4<f32> {
  // Cells per pixel.
  let step = vec2<f32>(params.width / params.canvasWidth, params.height / params.canvasHeight);
  let place = vec2<f32>(params.left, params.top) + at.xy * step;
  let cell = vec2<u32>(place);
  let tileSize = vec2<u32>(params.tileWidth, params.tileHeight);
  let frame = vec2<u32>(params.frameX, params.frameY);
  let pitch = tileSize + 2u * frame + vec2<u32>(params.gapX, params.gapY);
  let tile = cell / pitch;
  let row = tile.y * params.across + tile.x;
  if (tile.x >= params.across || row >= params.rows) {
    discard;
  }

  let framed = tileSize + 2u * frame;
  let isFramed = frame > vec2<u32>(0u);
  let hasRoom = vec2<f32>(framed) >= SMALLEST_FRAMED * step;
  var glow = 0.0;
  if (any(isFramed)) {
    let activation = abs(lit[params.frameStart + row]) * params.frameScale;
    glow = select(1.0, clamp(activation, 0.0, 1.0), isFinite(activation));
  }
  if (any(isFramed) && all(!isFramed | hasRoom)) {
    let inside = place - vec2<f32>(tile * pitch);
    // A frame is at least as wide as a pixel.
    let reach = select(vec2<f32>(0.0), 0.5 * step, step > vec2<f32>(1.0));
    let isWithin = all(inside < vec2<f32>(framed));
    let isOnFrame = any((inside - reach < vec2<f32>(frame)) & isFramed)
      || any((inside + reach >= vec2<f32>(frame + tileSize)) & isFramed);
    if (isWithin && isOnFrame) {
      let away = max(vec2<f32>(frame) - inside, inside - vec2<f32>(frame + tileSize));
      let widest = min(WIDEST_FRAME * step, max(step, WIDEST_PART * vec2<f32>(tileSize)));
      if (any(away > widest)) {
        discard;
      }
      return vec4<f32>(mix(params.frameStops[0].rgb, params.frameStops[1].rgb, glow), 1.0);
    }
  }
  glow = select(glow, 0.0, any(hasRoom));

  // Unsigned differences: values before the start wrap to large numbers and is outside as well.
  let inside = cell % pitch - frame;
  let channelSize = vec2<u32>(params.channelWidth, params.channelHeight);
  let channel = inside / (channelSize + CHANNEL_GAP);
  let within = inside % (channelSize + CHANNEL_GAP);
  let line = (channel.y * params.channelsAcross + channel.x) * params.channelHeight + within.y;
  let column = line * params.channelWidth + within.x;
  if (any(inside >= tileSize) || any(within >= channelSize) || column >= params.columns) {
    discard;
  }
  var source = params.first + row;
  if (params.mapped == 1u) {
    source = rowOf[row];
  }
  let local = source - params.start;
  if (source == NONE || local >= params.count) {
    discard;
  }
  if (params.masked == 1u) {
    if (free[source * params.stride + column] != 0u) {
      discard;
    }
  }
  let value = params.scale * quadAt(local, column / 4u)[column % 4u];
  return vec4<f32>(mix(colourOf(value), params.frameStops[1].rgb, glow), 1.0);
}
