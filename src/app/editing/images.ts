/** Image files, decoded by the browser. */
import type { Image } from '../../core/data/image.ts'
import { ModelError } from '../../core/errors.ts'

/** Largest side of an image in pixels; the browser scales larger images down before averaging. */
const MOST_PIXELS = 1024

export function isImage({ type }: File): boolean {
  return type.startsWith('image/')
}

/**
 * The luminance of an image file in [0, 1], on black where it is transparent, as for `png` patterns.
 * @throws ModelError if the browser cannot decode it
 */
export async function readImage(file: File): Promise<Image> {
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(file)
  } catch {
    throw new ModelError(`${file.name} cannot be read as an image; save it as PNG, JPEG or WebP`)
  }
  const scale = Math.min(1, MOST_PIXELS / Math.max(bitmap.width, bitmap.height))
  const width = Math.max(1, Math.round(bitmap.width * scale))
  const height = Math.max(1, Math.round(bitmap.height * scale))
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('the browser has no canvas to decode images with')
  context.fillRect(0, 0, width, height)
  context.drawImage(bitmap, 0, 0, width, height)
  bitmap.close()
  const { data } = context.getImageData(0, 0, width, height)
  const light = new Float32Array(width * height)
  for (let pixel = 0; pixel < light.length; pixel++) {
    const [red = 0, green = 0, blue = 0] = data.subarray(4 * pixel, 4 * pixel + 3)
    light[pixel] = (0.299 * red + 0.587 * green + 0.114 * blue) / 255
  }
  return { width, height, data: light }
}
