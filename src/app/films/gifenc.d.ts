/** Of gifenc, which has no types: what is used of it. */
declare module 'gifenc' {
  type Palette = readonly (readonly number[])[]
  export function quantize(rgba: Uint8Array | Uint8ClampedArray, most: number): Palette
  export function applyPalette(rgba: Uint8Array | Uint8ClampedArray, palette: Palette): Uint8Array
  export function GIFEncoder(): {
    writeFrame(
      index: Uint8Array,
      width: number,
      height: number,
      options: { readonly palette: Palette; readonly delay: number; readonly repeat?: number },
    ): void
    finish(): void
    bytes(): Uint8Array<ArrayBuffer>
  }
}
