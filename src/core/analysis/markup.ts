/** Text of a stranger inside HTML, SVG or their attributes; what would steer a reader's eye stands as its code. */
import { escaped } from '../errors.ts'

export function markup(text: string): string {
  return escaped(text).replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
