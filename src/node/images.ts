/** Images of formats that the core does not read; each decoder is loaded with the first image of its format. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { orientationOf } from '../core/data/exif.ts'
import { type DecodeImage, luminance } from '../core/data/image.ts'
import { ModelError } from '../core/errors.ts'

interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: ArrayLike<number>
}

/** JPEG by jpeg-js, WebP by libwebp as @jsquash/webp has it. */
export const decodeImage: DecodeImage = async (bytes, format) => {
  const decode = await (loaded[format] ??= DECODERS[format]())
  let pixels: Pixels
  try {
    pixels = await decode(bytes)
  } catch (error) {
    // A decoder that stumbles over damage throws errors of the language, such as a TypeError.
    const isOwn = !(error instanceof Error) || error.name === 'Error'
    const reason = isOwn ? String((error as Error).message || error).replace(/\.$/, '') : 'it is damaged'
    throw new ModelError(`is not a readable ${format} image (${reason}); save it again, or as PNG`)
  }
  return luminance(pixels, format === 'JPEG' ? orientationOf(bytes) : 1)
}

const loaded: Partial<Record<'JPEG' | 'WebP', Promise<Decode>>> = {}

/** As Node has it. */
interface Assembly {
  readonly WebAssembly: { compile(bytes: Uint8Array): Promise<unknown> }
}

type Decode = (bytes: Uint8Array) => Pixels | Promise<Pixels>

const DECODERS: Readonly<Record<'JPEG' | 'WebP', () => Promise<Decode>>> = {
  async JPEG() {
    const { default: jpeg } = await import('jpeg-js')
    return (bytes) =>
      jpeg.decode(bytes, { useTArray: true, maxMemoryUsageInMB: 2048, maxResolutionInMP: 200 })
  },
  async WebP() {
    const { default: decode, init } = await import('@jsquash/webp/decode.js')
    const path = createRequire(import.meta.url).resolve('@jsquash/webp/codec/dec/webp_dec.wasm')
    const { WebAssembly } = globalThis as unknown as Assembly
    await init(await WebAssembly.compile(await readFile(path)))
    return (bytes) => decode(Uint8Array.from(bytes).buffer) as Promise<Pixels>
  },
}
