import { ModelError } from '../errors.ts'
import { findLayer } from './find.ts'
import type { Stimulus } from './model.ts'
import { checkPatterns } from './patterns/check.ts'
import { forLayer } from './patterns/want.ts'
import type { RowsAt } from './places.ts'
import { RandomStream } from './random.ts'
import type { Scenario, StimulusSpec } from './schema.ts'

/**
 * What one stimulus item must be like.
 * @throws ModelError for an unknown layer, an initial state of an adiabatic one, or an end before the start
 */
export function checkStimulus(scenario: Scenario, index: number, spec: StimulusSpec): void {
  const path = `stimulus.${index}`
  const layer = findLayer(scenario, spec.layer, `${path}.layer`)
  if (spec.kind === 'initial') {
    if (layer.tau === 0) {
      throw new ModelError(
        `layer \`${spec.layer}\` is adiabatic (tau 0) and keeps no initial state; use "clamp" or set ` +
          `neurons.${spec.layer}.tau above 0`,
        { path: `${path}.layer` },
      )
    }
  } else if (spec.stop !== undefined && spec.stop <= spec.start) {
    throw new ModelError(
      `is ${spec.stop}, start is ${spec.start}; stop must be larger, or left out for never`,
      {
        path: `${path}.stop`,
      },
    )
  }
  checkPatterns(scenario, spec.patterns, `${path}.patterns`, 'masks')
}

/** One stimulus item, with the patterns that are shown. */
export function stimulusOf(scenario: Scenario, index: number, spec: StimulusSpec, rowsAt: RowsAt): Stimulus {
  const { kind, layer, start } = spec
  const want = forLayer(scenario, layer, `stimulus.${index}.patterns`)
  const patterns = rowsAt({ ...want, patterns: spec.patterns })
  if (spec.kind === 'initial') {
    return { kind, layer, patterns, start, stop: start + 1, dwell: 1, gap: 0, order: 'once' }
  }
  const { stop = Infinity, dwell, gap, order } = spec
  return { kind, layer, patterns, start, stop, dwell, gap, order }
}

/** The order of the latest pass of each shuffled stimulus, which many ticks in a row ask for. */
const latestPass = new WeakMap<
  Stimulus,
  { seed: number; index: number; pass: number; order: readonly number[] }
>()

/**
 * The row of its patterns that a stimulus shows at a tick.
 * @param index - place of the stimulus in the scenario; the order of a shuffle belongs to it and to the seed
 * @returns a row, or -1 when it is off; of an `initial`, 0 at its start (rows are dealt to the replicas)
 */
export function shownAt(stimulus: Stimulus, index: number, seed: number, tick: number): number {
  const { start, stop, dwell, gap, order } = stimulus
  if (tick < start || tick >= stop) return -1
  if (stimulus.kind === 'initial') return tick === start ? 0 : -1
  const shown = Math.floor((tick - start) / (dwell + gap))
  if ((tick - start) % (dwell + gap) >= dwell) return -1
  const count = stimulus.patterns.rows
  const pass = Math.floor(shown / count)
  if (order === 'once' && pass > 0) return -1
  const row = shown % count
  return order === 'shuffle' ? (passOrder(stimulus, index, seed, pass)[row] as number) : row
}

function passOrder(stimulus: Stimulus, index: number, seed: number, pass: number): readonly number[] {
  const latest = latestPass.get(stimulus)
  if (latest?.seed === seed && latest.index === index && latest.pass === pass) return latest.order
  const order = new RandomStream(seed, `stimulus.${index}.pass.${pass}`).permutation(stimulus.patterns.rows)
  latestPass.set(stimulus, { seed, index, pass, order })
  return order
}
