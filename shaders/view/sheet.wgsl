// A sheet: rows of a matrix or of the replicas of a layer, each drawn as a tile of tileHeight x tileWidth cells, tiles
// `across` in a line. A matrix that is drawn as a whole has tiles of one line and one tile across. Around each
// tile lies a frame of frameX, frameY cells, between them a gap. A tile is a grid of its channels, each of
// channelHeight x channelWidth cells, channelsAcross in a line, with a gap between them; a row without channels
// is one. The canvas shows a window of the sheet.

struct Params {
  /// Colour map from the lowest to the highest value, sRGB.
  stops: array<vec4<f32>, 9>,
  /// Colours of a frame whose neuron is silent, and fully active.
  frameStops: array<vec4<f32>, 2>,
  /// First row in this buffer, and its number of rows.
  start: u32,
  count: u32,
  /// The first drawn row, and the number of drawn rows.
  first: u32,
  rows: u32,
  columns: u32,
  stride: u32,
  channelHeight: u32,
  channelWidth: u32,
  channelsAcross: u32,
  tileHeight: u32,
  tileWidth: u32,
  across: u32,
  frameX: u32,
  frameY: u32,
  gapX: u32,
  gapY: u32,
  /// 1 = `rowOf` holds the row of each tile.
  mapped: u32,
  /// 1 = entries marked in `free` are not shown.
  masked: u32,
  /// First index of the activations for the frames.
  frameStart: u32,
  /// The window, in cells.
  left: f32,
  top: f32,
  width: f32,
  height: f32,
  /// Size of the canvas in pixels.
  canvasWidth: f32,
  canvasHeight: f32,
  /// Values outside are drawn as the nearest bound.
  low: f32,
  high: f32,
  // / A power of two that scales the largest value to about 1: the difference of two values near 1e38 overflows
  // float32.
  unit: f32,
  /// Values of the first and the last colour, times `unit`.
  firstValue: f32,
  lastValue: f32,
  /// Factors of the stored numbers, and of the activations of the frames.
  scale: f32,
  frameScale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
