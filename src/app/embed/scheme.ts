/** Light or dark for an embedded network: what its attribute says, else what the page around declares. */
import type { Scheme } from '../views/colours.ts'

export function schemeAround(element: HTMLElement, stated: string | null): Scheme {
  if (stated === 'light' || stated === 'dark') return stated
  const root = element.getRootNode()
  const around = element.parentElement ?? (root instanceof ShadowRoot ? root.host : document.documentElement)
  const { colorScheme } = getComputedStyle(around)
  const meta = document.querySelector<HTMLMetaElement>('meta[name=color-scheme]')
  return schemeOf(
    colorScheme === 'normal' ? (meta?.content ?? '') : colorScheme,
    matchMedia('(prefers-color-scheme: dark)').matches,
  )
}

/** Of the words of `color-scheme`: a page that knows both follows the system. */
export function schemeOf(words: string, isDarkSystem: boolean): Scheme {
  const [light, dark] = ['light', 'dark'].map((word) => words.split(/\s+/).includes(word))
  return dark === true && (light !== true || isDarkSystem) ? 'dark' : 'light'
}
