/** The keys of a claim that a scenario makes about its own run. */
import * as v from 'valibot'
import { choice, file, named, number, text } from '../kinds/fields.ts'
import { tick } from './stimulus-schema.ts'

const bound = (title: string, description: string) => v.exactOptional(number(title, description))

const equalsSchema = v.pipe(
  v.strictObject({
    file: file('file', 'A .npz, such as results.npz of an earlier run, or a .npy.'),
    array: v.exactOptional(text('array', 'Name of the array in a .npz. Default: P.value for a probe P.')),
    rtol: v.optional(
      number('rtol', 'Relative tolerance: abs(value - expected) <= atol + rtol abs(expected).', { min: 0 }),
      1e-5,
    ),
    atol: v.optional(number('atol', 'Absolute tolerance.', { min: 0 }), 1e-8),
  }),
  v.title('equals'),
  v.description(
    'Every number equals that of an array, as numpy.allclose compares: one sample, or a series with a leading axis of samples.',
  ),
)

export const claimSchema = v.pipe(
  v.strictObject({
    probe: named('probe', 'The probe whose samples are judged; of an energy, the total.', 'probe'),
    of: v.optional(
      choice(
        'of',
        'each: every number of a sample. mean, min, max: one number, over all numbers of a sample and all replicas.',
        ['each', 'mean', 'min', 'max'],
      ),
      'each',
    ),
    replica: v.exactOptional(
      choice(
        'replica',
        'First makes one number of each replica: the mean, the smallest or the largest of its numbers. `of` is then over the replicas.',
        ['mean', 'min', 'max'],
      ),
    ),
    select: v.exactOptional(
      v.pipe(
        v.array(number('number', 'Place in the sample of a replica, from 0.', { integer: true, min: 0 })),
        v.minLength(1),
        v.title('select'),
        v.description(
          'Numbers of a replica that are judged, such as [0] for the first pattern of an overlap. Default: all.',
        ),
      ),
    ),
    at: v.exactOptional(
      v.pipe(
        v.union([
          v.picklist(['end', 'always']),
          number('tick', 'A tick at which the probe is sampled.', tick),
        ]),
        v.title('at'),
        v.description(
          'end: the last sample. always: every sample. A number: the sample of this tick. Default: end; always with neverRises.',
        ),
      ),
    ),
    atLeast: bound('atLeast', 'Smallest value that is allowed.'),
    atMost: bound('atMost', 'Largest value that is allowed.'),
    between: v.exactOptional(
      v.pipe(
        v.strictTuple([number('from', 'Smallest value.'), number('to', 'Largest value.')]),
        v.title('between'),
        v.description('Smallest and largest value that are allowed.'),
      ),
    ),
    neverRises: v.exactOptional(
      v.pipe(
        v.literal(true),
        v.title('neverRises'),
        v.description('No sample is above the smallest sample before it by more than the tolerance.'),
      ),
    ),
    tolerance: v.exactOptional(
      number(
        'tolerance',
        'Of neverRises. Default: rounding of float32, 1e-5 of the value, of an energy 1e-5 of the sum of the sizes of its terms.',
        { min: 0 },
      ),
    ),
    equals: v.exactOptional(equalsSchema),
  }),
  v.description(
    'A claim: one of atLeast, atMost, between, neverRises and equals, about the samples of a probe.',
  ),
)
