/** The schema of replicas: their number, or the values of varied parameters. */
import * as v from 'valibot'
import { choice, flag, keysName, number, positiveInteger } from '../kinds/fields.ts'

const replicaCount = (title: string, description: string) => positiveInteger(title, description, 65535)

const axisSchema = v.pipe(
  v.strictObject({
    from: v.exactOptional(number('from', 'First value.')),
    to: v.exactOptional(number('to', 'Last value.')),
    steps: v.exactOptional(replicaCount('steps', 'Number of values, the first and the last included.')),
    scale: v.exactOptional(
      choice('scale', 'Equal differences (linear, default) or equal ratios (log).', ['linear', 'log']),
    ),
    values: v.exactOptional(
      v.pipe(
        v.array(number('value', 'A value.')),
        v.minLength(1),
        v.title('values'),
        v.description('A list of values, instead of from, to and steps.'),
      ),
    ),
  }),
  v.description('The values that one parameter takes: from, to and steps, or values.'),
)

export const replicasSchema = v.union([
  replicaCount('replicas', 'Independent copies of the network, run side by side.'),
  v.strictObject({
    count: v.exactOptional(
      replicaCount(
        'count',
        'Total number of replicas: a multiple of the number of points. Default: one for each point.',
      ),
    ),
    vary: v.pipe(
      v.record(v.string(), axisSchema),
      v.minEntries(1),
      v.title('vary'),
      v.description(
        'Values by path: a parameter that may change while a network runs, such as neurons.hidden.lagrangian.beta; the seed; ' +
          'or the damage of cues, such as stimulus.0.patterns.corrupt.fraction. Several paths make a grid.',
      ),
      keysName('parameter'),
    ),
    independent: v.exactOptional(
      flag(
        'independent',
        'Each seed of `vary` draws all random numbers: memories, couplings and initial states too. Default: noise and damage alone.',
      ),
    ),
  }),
])
