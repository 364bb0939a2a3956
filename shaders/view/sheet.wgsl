// A sheet: rows of a matrix or of the replicas of a layer, each drawn as a tile of tileHeight x tileWidth cells, tiles
// `across` in a line. A matrix drawn as such has tiles of one line and one tile across.

struct Params {
  /// Colour map from the lowest to the highest value, sRGB.
  stops: array<vec4<f32>, 9>,
  /// First row in this buffer, and how many of the rows shown it holds.
  start: u32,
  count: u32,
  columns: u32,
  stride: u32,
  tileHeight: u32,
  tileWidth: u32,
  across: u32,
  gapX: u32,
  gapY: u32,
  /// Size in cells.
  width: f32,
  height: f32,
  /// Size of the canvas in pixels.
  canvasWidth: f32,
  canvasHeight: f32,
  /// Values of the first and the last colour.
  low: f32,
  high: f32,
  /// What the stored numbers are multiplied by.
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
