/** `Params` of shaders/view/sheet.wgsl: colours, then the numbers as listed in the shader. */
import { roundUp } from '../../core/plan/layout.ts'
import { wgsl } from '../../core/plan/shaders.ts'
import type { Tiling } from './tiling.ts'

/** Bytes of the colours that `Params` in shaders/view/sheet.wgsl begins with, and the numbers that follow. */
const COLOUR_BYTES = (9 + 2) * 16
const FIELDS = [
  ...(/struct Params \{([^}]*)\}/.exec(wgsl('view/sheet'))?.[1] ?? '').matchAll(/(\w+): (u32|f32),/g),
].map(([, name, type]) => ({ name: name as keyof Numbers, isFloat: type === 'f32' }))

export const PARAMS_BYTES = roundUp(COLOUR_BYTES + FIELDS.length * 4, 16)

/** Fields of `Params` after the colours. */
export type Numbers = Tiling &
  Readonly<
    Record<
      | 'start'
      | 'count'
      | 'first'
      | 'rows'
      | 'columns'
      | 'stride'
      | 'mapped'
      | 'masked'
      | 'frameStart'
      | 'left'
      | 'top'
      | 'canvasWidth'
      | 'canvasHeight'
      | 'low'
      | 'high'
      | 'unit'
      | 'firstValue'
      | 'lastValue'
      | 'scale'
      | 'frameScale',
      number
    >
  >

/** Missing fields are 0. */
export function paramsOf(colours: readonly number[], numbers: Partial<Numbers>): ArrayBuffer {
  const data = new ArrayBuffer(PARAMS_BYTES)
  new Float32Array(data, 0, colours.length).set(colours)
  const view = new DataView(data, COLOUR_BYTES)
  FIELDS.forEach(({ name, isFloat }, field) => {
    const value = numbers[name] ?? 0
    if (isFloat) view.setFloat32(field * 4, value, true)
    else view.setUint32(field * 4, value, true)
  })
  return data
}
