/** The squares of a QR code, and their size on the screen. Pure. */
import { correction, generate } from 'lean-qr'
import { ModelError } from '../../core/errors.ts'

/** The most bytes of a QR code, at its lowest correction. */
const MOST_BYTES = 2953

/** Light squares around the code, which readers need. */
const QUIET = 4

/**
 * The squares of a link, as the path of an SVG and its size.
 * @throws ModelError if the link is too long
 */
export function codeOf(link: string): { readonly path: string; readonly size: number } {
  const { length } = new TextEncoder().encode(link)
  if (length > MOST_BYTES)
    throw new ModelError(
      `the link has ${length} characters, and a QR code holds ${MOST_BYTES}; share the link, or the scenario as a file`,
    )
  const code = generate(link, { minCorrectionLevel: correction.L })
  const { size } = code
  let path = ''
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) if (code.get(x, y)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`
  return { path, size: size + 2 * QUIET }
}

/** Pixels of a square at least: a telephone in the last row reads larger ones. */
const LEAST = 2
const LEAST_LECTURE = 4

/** Pixels around the code that the dialog takes. */
const AROUND = { width: 80, height: 190 }

/** The largest code in pixels, except in a lecture. */
const LARGEST = 520

/** As `window` has them. */
interface Screen {
  readonly innerWidth: number
  readonly innerHeight: number
  readonly devicePixelRatio: number
}

/** Pixels of a square: as many as there is room for, and whole pixels of the screen. */
export function squareOf(
  size: number,
  { innerWidth, innerHeight, devicePixelRatio: density }: Screen,
  isLecture: boolean,
): number {
  const room = Math.min(
    innerWidth - AROUND.width,
    innerHeight - AROUND.height,
    isLecture ? Infinity : LARGEST,
  )
  const least = Math.ceil((isLecture ? LEAST_LECTURE : LEAST) * density)
  return Math.max(least, Math.floor((room * density) / size)) / density
}
