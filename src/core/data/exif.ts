/**
 * How an image is to be turned, as its EXIF metadata say (tag 274 of TIFF): 1 = as it is, 2 to 8 as `luminance` takes them.
 * @see CIPA DC-008, section 4.6.2
 */
export function orientationOf(bytes: Uint8Array): number {
  const tiff = exifOfJpeg(bytes)
  return tiff === undefined ? 1 : orientationIn(tiff)
}

/** What stands in the segment APP1 of a JPEG behind `Exif`; segments end where the picture begins. */
function exifOfJpeg(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]
    if (marker === 0xda) return undefined
    const length = view.getUint16(at + 2)
    const start = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (marker === 0xe1 && start === 'Exif') return bytes.subarray(at + 10, at + 2 + length)
    at += 2 + length
  }
  return undefined
}

function orientationIn(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  if (tiff.length < 8) return 1
  const little = tiff[0] === 0x49
  const start = view.getUint32(4, little)
  if (start + 2 > tiff.length) return 1
  const count = view.getUint16(start, little)
  for (let index = 0; index < count; index++) {
    const at = start + 2 + 12 * index
    if (at + 12 > tiff.length) return 1
    if (view.getUint16(at, little) !== 274) continue
    const value = view.getUint16(at + 8, little)
    return value >= 1 && value <= 8 ? value : 1
  }
  return 1
}
