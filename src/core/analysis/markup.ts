/** Escapes untrusted text for HTML, SVG or their attributes; control characters appear as their code. */
import { escaped } from '../errors.ts'

export function markup(text: string): string {
  return escaped(text).replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
