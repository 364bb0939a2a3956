/** Encoders of films, each loaded with its first film. */
import { createOutput } from '../sharing/video.ts'
import { gifDelay } from './frames.ts'

export type Format = 'mp4' | 'webm' | 'gif'

export interface Encoder {
  readonly extension: string
  /** Adds what the canvas shows as the next picture. */
  add(index: number): Promise<void>
  finish(): Promise<ArrayBuffer>
  cancel(): Promise<void>
}

/**
 * @param rate - pictures a second
 * @throws ModelError where the browser cannot encode the format
 */
export async function createEncoder(
  format: Format,
  canvas: HTMLCanvasElement,
  rate: number,
): Promise<Encoder> {
  if (format === 'gif') return createGif(canvas, rate)
  const { output, source } = await createOutput(canvas, () => undefined, format)
  await output.start()
  return {
    extension: output.format.fileExtension,
    add: (index) => source.add(index / rate, 1 / rate),
    async finish() {
      await output.finalize()
      const { buffer } = output.target as { buffer?: ArrayBuffer | null }
      if (buffer == null) throw new Error('the encoder has made no file')
      return buffer
    },
    cancel: () => output.cancel(),
  }
}

async function createGif(canvas: HTMLCanvasElement, rate: number): Promise<Encoder> {
  const { GIFEncoder, applyPalette, quantize } = await import('gifenc')
  const gif = GIFEncoder()
  const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D
  return {
    extension: '.gif',
    add() {
      const { width, height } = canvas
      const { data } = context.getImageData(0, 0, width, height)
      const palette = quantize(data, 256)
      gif.writeFrame(applyPalette(data, palette), width, height, {
        palette,
        delay: gifDelay(rate),
        repeat: 0,
      })
      return Promise.resolve()
    },
    finish() {
      gif.finish()
      return Promise.resolve(gif.bytes().slice().buffer)
    },
    cancel: () => Promise.resolve(),
  }
}
