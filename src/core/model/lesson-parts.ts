/** Facts of the parts of a lesson, for those who check it and those who show it. */

/** The number of the right choice; undefined where the answer is none of them. */
export function rightChoice({
  choices,
  answer,
}: {
  readonly choices: readonly string[]
  readonly answer: string | number
}): number | undefined {
  const found = typeof answer === 'number' ? answer : choices.indexOf(answer)
  return found >= 0 && found < choices.length ? found : undefined
}

/** Images that a lesson may show, by the ending of their file and the type of their data. */
export const IMAGE_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  svg: 'image/svg+xml',
}

/** The data of a data: URL of an image; undefined for the name of a file. */
export function imageData(src: string): { readonly type: string; readonly base64: string } | undefined {
  const [, type = '', base64 = ''] = /^data:([^;,]*);base64,([A-Za-z0-9+/=\s]*)$/.exec(src) ?? []
  return Object.values(IMAGE_TYPES).includes(type) && base64 !== '' ? { type, base64 } : undefined
}
