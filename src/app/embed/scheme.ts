/** Light or dark for an embedded network: its attribute, else the scheme of the surrounding page. */
import type { Scheme } from '../views/colours.ts'
import { schemeOf } from './words.ts'

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
