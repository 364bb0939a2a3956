/** Steps of layers, and of what stands in two words. */
import { isWarm } from './held.ts'
import type { Held, Writing } from './types.ts'
import { drive, isHeld, padded, quadAt, times } from './words.ts'

/** One step of a layer, or x = b + I of an adiabatic one. */
export function integrate({ planning, param, broken }: Writing, one: Held): string {
  const { layer, index, quads, clamped, carried, masked } = one
  const isAdiabatic = layer.tau === 0
  const get = (field: string): string =>
    param(`l${index}_`, `${layer.name}/integrate`, [isAdiabatic ? 'settle' : 'integrate'], field)
  // Left out where it is cold: random numbers are most of such a kernel, and of its compilation.
  const warm = isWarm(planning.model, layer.name)
  return times(quads, (k) => {
    const x = `x${index}_${k}`
    const shake = (): string => {
      const own = `replica % ${get('repetitions')}`
      const numbers = `noiseQuad(${get('seed')}, u32(clock[record]), ${get('layer')}, ${own}, 4u * (${quadAt(one, k)}))`
      return `${get('sigma')} * ${numbers}`
    }
    const lines = [`var next = ${drive(one, k)} + i${index}_${k};`]
    if (!isAdiabatic && carried) {
      const step = (kept: string): string => `${get('rate')} * ((next - ${x}) - ${kept})`
      const shaken = (kept: string): string => (warm ? `${step(kept)} + ${shake()}` : step(kept))
      lines.push(carry(get, [x, `l${index}_${k}`], shaken))
    } else if (!isAdiabatic) {
      lines.push(`next = ${x} + ${get('rate')} * (next - ${x});`)
      if (warm) lines.push(`next += ${shake()};`)
    }
    // A layer that is held as a whole does not come here, but for one that belongs to its state at every moment.
    if (clamped && (masked || isAdiabatic)) lines.push(`next = select(next, ${x}, ${isHeld(one, k)});`)
    return `{ ${lines.join('\n')}\n${x} = ${padded(one, k, 'next')};\n${broken(layer.name)} |= any(areBroken(${x})); }`
  })
}

/** One step of a quad that stands in two words: `next` gets its value. */
export function carry(
  get: (field: string) => string,
  [value, low]: readonly [string, string],
  step: (kept: string) => string,
): string {
  const zero = get('zero')
  return `{ let kept = carryOfQuad(${value}, ${low}, ${zero});
let sum = addCarriedQuad(${value}, kept, ${step('kept')}, ${get('carries')}, ${zero});
next = sum.value; ${low} = sum.carry; }`
}
