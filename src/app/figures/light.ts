/** The colours of figures: the light theme of parts.css, whatever theme the page has. Pure. */

const LINES: Readonly<Record<string, string>> = {
  '--line-0': '#2459c4',
  '--line-1': '#c2410c',
  '--line-2': '#0f7b5f',
  '--line-3': '#8b3fb8',
  '--line-4': '#8a6a00',
}

export const INK = '#1a1f27'
export const MUTED = '#5b6573'
export const RULE = '#e9ecf1'
/** Of pinned runs. */
export const BEHIND = '#8a94a3'

/** The colour of a line. @param name - such as `--line-2` */
export function light(name: string): string {
  return LINES[name] ?? INK
}

/** The same as a band: 18 % of it on white, without transparency. */
export function tint(name: string): string {
  const word = light(name)
  return `#${[1, 3, 5]
    .map((at) => Math.round(255 - 0.18 * (255 - Number.parseInt(word.slice(at, at + 2), 16))))
    .map((part) => part.toString(16).padStart(2, '0'))
    .join('')}`
}
