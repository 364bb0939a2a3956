/** Small words for trials. */
import type { RandomStream } from '../../src/core/model/random.ts'

export function pick<T>(random: RandomStream, from: readonly T[]): T {
  return from[random.integer(from.length)] as T
}

/** True when a text has characters that a terminal would act on. */
export function hasControls(text: string): boolean {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)).some(
    (code) => code < 32 || (code >= 127 && code < 160),
  )
}
