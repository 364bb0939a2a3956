/** Layout of rows of values as tiles of cells, and the value of a cell. Pure: no DOM, no GPU. */
import type { Extents } from './window.ts'

/** Layout of one row as a tile: a grid of its channels, each a picture; a row without channels is one picture. */
export interface Tile {
  readonly channelHeight: number
  readonly channelWidth: number
  readonly channelsAcross: number
  readonly tileHeight: number
  readonly tileWidth: number
}

/** Cells of a tile and how tiles are laid out; see shaders/view/sheet.wgsl. */
export interface Tiling extends Tile {
  readonly across: number
  /** Width of the frame of a tile in cells, which shows the activation of its neuron. */
  readonly frameX: number
  readonly frameY: number
  readonly gapX: number
  readonly gapY: number
  /** Total size in cells. */
  readonly width: number
  readonly height: number
}

/** One value of a sheet: its drawn row and its column. */
export interface Entry {
  readonly row: number
  readonly column: number
}

/** Cells between two channels; as in shaders/view/shade.wgsl. */
export const CHANNEL_GAP = 1

/** Lines of as many cells or more lie on each other without gaps. */
const FEWEST_UNPARTED = 8

/** Number of columns in a tile. */
type Columns = Tile & { readonly columns: number }

/** The column drawn in a cell of a tile; undefined in gaps, beyond the last column and outside of the tile. */
export function columnAt(tile: Columns, x: number, y: number): number | undefined {
  const { channelWidth, channelHeight, channelsAcross, tileWidth, tileHeight, columns } = tile
  if (x < 0 || y < 0 || x >= tileWidth || y >= tileHeight) return undefined
  const [pitchX, pitchY] = [channelWidth + CHANNEL_GAP, channelHeight + CHANNEL_GAP]
  const [insideX, insideY] = [x % pitchX, y % pitchY]
  const channel = Math.floor(y / pitchY) * channelsAcross + Math.floor(x / pitchX)
  const column = (channel * channelHeight + insideY) * channelWidth + insideX
  return insideX < channelWidth && insideY < channelHeight && column < columns ? column : undefined
}

/** The cell of a tile in which a column is drawn. */
export function insideOf(tile: Tile, column: number): { readonly x: number; readonly y: number } {
  const { channelWidth, channelHeight, channelsAcross } = tile
  const { channel, line, across } = channelOf(tile, column)
  return {
    x: (channel % channelsAcross) * (channelWidth + CHANNEL_GAP) + across,
    y: Math.floor(channel / channelsAcross) * (channelHeight + CHANNEL_GAP) + line,
  }
}

/** The channel of a column, and its place in the picture of the channel. */
export function channelOf({ channelWidth, channelHeight }: Tile, column: number) {
  const line = Math.floor(column / channelWidth)
  return {
    channel: Math.floor(line / channelHeight),
    line: line % channelHeight,
    across: column % channelWidth,
  }
}

/** Distance between tiles in cells. */
function pitchOf({ tileWidth, tileHeight, frameX, frameY, gapX, gapY }: Tiling): readonly [number, number] {
  return [tileWidth + 2 * frameX + gapX, tileHeight + 2 * frameY + gapY]
}

/** The entry drawn in a cell; undefined in frames, in gaps and beyond the last row. */
export function entryAt(
  sheet: Tiling & { readonly rows: number; readonly columns: number },
  x: number,
  y: number,
): Entry | undefined {
  const { frameX, frameY, across, rows } = sheet
  const [pitchX, pitchY] = pitchOf(sheet)
  const row = Math.floor(y / pitchY) * across + Math.floor(x / pitchX)
  if (x < 0 || y < 0 || x >= across * pitchX || row >= rows) return undefined
  const column = columnAt(sheet, (x % pitchX) - frameX, (y % pitchY) - frameY)
  return column === undefined ? undefined : { row, column }
}

/** The cell in which an entry is drawn. */
export function cellOf(sheet: Tiling, { row, column }: Entry): { readonly x: number; readonly y: number } {
  const { frameX, frameY, across } = sheet
  const [pitchX, pitchY] = pitchOf(sheet)
  const { x, y } = insideOf(sheet, column)
  return {
    x: (row % across) * pitchX + frameX + x,
    y: Math.floor(row / across) * pitchY + frameY + y,
  }
}

/** One picture for each channel, in an about square layout. */
export function tileOf(channelHeight: number, channelWidth: number, channels = 1): Tile {
  const { across, width, height } = squarest(
    channels,
    { width: channelWidth, height: channelHeight },
    (across) => ({
      across,
      width: across * (channelWidth + CHANNEL_GAP) - CHANNEL_GAP,
      height: Math.ceil(channels / across) * (channelHeight + CHANNEL_GAP) - CHANNEL_GAP,
    }),
  )
  return { channelHeight, channelWidth, channelsAcross: across, tileHeight: height, tileWidth: width }
}

interface MosaicOptions {
  /** Tiles in a line; default: an about square layout. */
  readonly across?: number
  readonly isFramed?: boolean
}

/** Lays out a tile for each row. */
export function mosaicOf(
  rows: number,
  tile: Tile,
  { across: wanted, isFramed = false }: MosaicOptions = {},
): Tiling {
  const { tileWidth, tileHeight, channelWidth, channelHeight } = tile
  const isLarge = Math.min(tileWidth, tileHeight) >= 12
  const hasChannels = tileWidth > channelWidth || tileHeight > channelHeight
  // A line has its frame at its two ends.
  const frameX = !isFramed ? 0 : tileHeight === 1 ? Math.ceil(tileWidth / 25) : isLarge ? 2 : 1
  const frameY = isFramed && tileHeight > 1 ? frameX : 0
  // Wider than between the channels of a tile.
  const gap = (isLarge && !isFramed ? 2 : 1) + (hasChannels ? CHANNEL_GAP : 0)
  const layOut = (across: number): Tiling => {
    const down = Math.ceil(rows / across)
    const gapX = across > 1 ? gap : 0
    // Lines of a few neurons side by side would be read as stripes.
    const isApart = tileHeight > 1 || (across > 1 && tileWidth < FEWEST_UNPARTED)
    const gapY = down > 1 && isApart ? gap : 0
    return {
      ...tile,
      across,
      frameX,
      frameY,
      gapX,
      gapY,
      width: across * (tileWidth + 2 * frameX + gapX) - gapX,
      height: down * (tileHeight + 2 * frameY + gapY) - gapY,
    }
  }
  return wanted === undefined
    ? squarest(rows, { width: tileWidth, height: tileHeight }, layOut)
    : layOut(wanted)
}

/** Lays out boxes in an about square; of two equally good layouts, the wider one. */
function squarest<T extends Extents>(count: number, box: Extents, layOut: (across: number) => T): T {
  const ideal = Math.sqrt((count * box.height) / box.width)
  const [wide, narrow] = [Math.ceil(ideal), Math.floor(ideal)].map((across) =>
    layOut(Math.min(count, Math.max(1, across))),
  ) as [T, T]
  return elongation(narrow) < elongation(wide) ? narrow : wide
}

function elongation({ width, height }: Extents): number {
  return Math.max(width / height, height / width)
}
