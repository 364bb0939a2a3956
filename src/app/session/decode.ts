/** Images by the browser, which turns a JPEG upright as its metadata say. */
import { type DecodeImage, type Image, luminance } from '../../core/data/image.ts'
import { ModelError } from '../../core/errors.ts'

/**
 * @param name - of the image in errors
 * @throws ModelError if the browser cannot decode it
 */
export async function bitmapOf(content: Blob, name: string): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(content)
  } catch {
    throw new ModelError(`${name} cannot be read as an image; save it as PNG, JPEG or WebP`)
  }
}

/** The luminance of a bitmap, made so large; the bitmap is closed. */
export function lightOf(bitmap: ImageBitmap, width: number, height: number): Image {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('the browser has no canvas to decode images with')
  context.fillRect(0, 0, width, height)
  context.drawImage(bitmap, 0, 0, width, height)
  bitmap.close()
  return luminance(context.getImageData(0, 0, width, height))
}

/** The images that a scenario names, in other formats than PNG. */
export const decodeImage: DecodeImage = async (bytes, format) => {
  const content = new Blob([bytes as Uint8Array<ArrayBuffer>])
  const bitmap = await createImageBitmap(content).catch(() => {
    throw new ModelError(`is not a readable ${format} image; save it again, or as PNG`)
  })
  return lightOf(bitmap, bitmap.width, bitmap.height)
}
