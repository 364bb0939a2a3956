/** Steps of layers, and of variables in two words. */
import { isWarm } from './held.ts'
import type { Held, Writing } from './types.ts'
import { drive, isHeld, padded, quadAt, times } from './words.ts'

/** One step of a layer, or x = b + I of an adiabatic one. */
export function integrate({ planning, param, broken }: Writing, one: Held): string {
  const { layer, index, quads, clamped, carried, masked, shaker, chooser } = one
  const isAdiabatic = layer.tau === 0
  const get = (field: string): string =>
    param(`l${index}_`, `${layer.name}/integrate`, [isAdiabatic ? 'settle' : 'integrate'], field)
  const choose = (field: string): string => param(`u${index}_`, `${layer.name}/choose`, ['integrate'], field)
  // Omitted at temperature 0: random numbers take most of the time of the kernel and of its compilation.
  const warm = isWarm(planning.model, layer.name)
  const steps = times(quads, (k) => {
    const x = `x${index}_${k}`
    const shake = (): string => {
      const own = `replica % ${get('repetitions')}`
      const numbers = `${shaker}noiseQuad(${get('seed')}, u32(clock[record]), ${get('layer')}, ${own}, 4u * (${quadAt(one, k)}))`
      return `${get('sigma')} * ${numbers}`
    }
    // A layer that is held as a whole is excluded, except an adiabatic layer.
    const held = clamped && (masked || isAdiabatic) ? isHeld(one, k) : undefined
    const spared =
      chooser === undefined ? undefined : `!${chooser}chosenQuad(4u * (${quadAt(one, k)}), choice)`
    const stays = [held, spared].filter((part) => part !== undefined).join(' | ')
    const lines = [`var next = ${drive(one, k)} + i${index}_${k};`]
    if (!isAdiabatic && carried) {
      const step = (kept: string): string => `${get('rate')} * ((next - ${x}) - ${kept})`
      const shaken = (kept: string): string => (warm ? `${step(kept)} + ${shake()}` : step(kept))
      lines.push(carry(get, [x, `l${index}_${k}`], shaken, spared))
    } else if (!isAdiabatic) {
      lines.push(`next = ${x} + ${get('rate')} * (next - ${x});`)
      if (warm) lines.push(`next += ${shake()};`)
    }
    if (stays !== '') lines.push(`next = select(next, ${x}, ${stays});`)
    return `{ ${lines.join('\n')}\n${x} = ${padded(one, k, 'next')};\n${broken(layer.name)} |= any(areBroken(${x})); }`
  })
  if (chooser === undefined) return steps
  const [size, word, seed] = ['size', 'word', 'seed'].map(choose)
  const numbers = `${seed}, tick, ${choose('layer')}, replica % ${choose('repetitions')}`
  return `let tick = u32(clock[record]);
let choice = Choice(${size}, tick / ${choose('every')}, ${word}, ${numbers});
${steps}`
}

/** One step of a quad in two words: `next` gets its value. Neurons in `stays` keep their second word. */
export function carry(
  get: (field: string) => string,
  [value, low]: readonly [string, string],
  step: (kept: string) => string,
  stays?: string,
): string {
  const zero = get('zero')
  return `{ let kept = carryOfQuad(${value}, ${low}, ${zero});
let sum = addCarriedQuad(${value}, kept, ${step('kept')}, ${get('carries')}, ${zero});
next = sum.value; ${low} = ${stays === undefined ? 'sum.carry' : `select(sum.carry, ${low}, ${stays})`}; }`
}
