/** The schema of a stimulus. */
import * as v from 'valibot'
import { choice, named, number, positiveInteger } from '../kinds/fields.ts'
import { patternsSchema } from './patterns/schema.ts'

/** The range of a tick, and of a number of ticks. */
export const tick = { integer: true, min: 0, max: 2 ** 31 } as const

const shown = {
  layer: named('layer', 'The layer that receives the stimulus.', 'layer'),
  patterns: patternsSchema,
  start: v.optional(number('start', 'First tick.', tick), 0),
}

const sequence = {
  ...shown,
  stop: v.exactOptional(number('stop', 'First tick without the stimulus. Default: never.', tick)),
  dwell: v.optional(
    v.pipe(
      v.union([
        positiveInteger('dwell', 'Ticks for which each pattern is shown.'),
        v.strictObject({
          min: positiveInteger('min', 'The smallest number of ticks.'),
          max: positiveInteger('max', 'The largest number of ticks.'),
        }),
      ]),
      v.title('dwell'),
      v.description(
        'Ticks for which each pattern is shown: a number, or a range. From a range a number is drawn for each showing, uniformly, both ends included.',
      ),
    ),
    1,
  ),
  gap: v.optional(number('gap', 'Ticks without a pattern after each.', tick), 0),
  order: v.optional(
    choice(
      'order',
      'cycle: again and again. shuffle: each pass in a new seeded order. once: a single pass. random: an ' +
        'independent draw each time.',
      ['cycle', 'shuffle', 'once', 'random'],
    ),
    'cycle',
  ),
  probabilities: v.exactOptional(
    v.pipe(
      v.array(number('probability', 'Probability of the pattern with the same number.', { min: 0, max: 1 })),
      v.minLength(1),
      v.title('probabilities'),
      v.description('With order "random": one for each pattern, with sum 1. Default: all equal.'),
    ),
  ),
}

export const stimulusSchema = v.variant('kind', [
  v.pipe(
    v.strictObject({ kind: v.literal('initial'), ...shown }),
    v.description(
      'Sets the state once, at tick start. Rows are assigned to the replicas in turn. Not on an adiabatic layer.',
    ),
  ),
  v.pipe(
    v.strictObject({ kind: v.literal('clamp'), ...sequence }),
    v.description('Holds the state at a pattern, the same in all replicas.'),
  ),
  v.pipe(
    v.strictObject({ kind: v.literal('current'), ...sequence }),
    v.description('Adds a pattern to the bias, the same in all replicas.'),
  ),
])
