/** The schema of patterns: sources, transforms, damage and edits. */
import * as v from 'valibot'
import { choice, file as path, named, number, positiveInteger } from '../../kinds/fields.ts'

const norm = (description: string) =>
  number('norm', description, { above: 0, control: { min: 0.1, max: 100, log: true } })

const fraction = number('fraction', 'Fraction of the entries of a row: exactly round(fraction N).', {
  min: 0,
  max: 1,
  control: { min: 0, max: 1, step: 0.01 },
})

export const transformSchema = v.variant('op', [
  v.pipe(
    v.strictObject({ op: v.literal('mean') }),
    v.description('Replaces every row by the mean of all rows; as many rows as needed.'),
  ),
  v.pipe(v.strictObject({ op: v.literal('center') }), v.description('Subtracts its mean from each row.')),
  v.pipe(
    v.strictObject({
      op: v.literal('normalize'),
      norm: v.optional(norm('L2 norm of each row after the step.'), 1),
    }),
    v.description('Scales each row to an L2 norm.'),
  ),
  v.pipe(
    v.strictObject({
      op: v.literal('binarize'),
      threshold: v.optional(
        number(
          'threshold',
          'Entries above the threshold become +1, all others -1. The comparison is in float32.',
          {
            control: { min: -1, max: 1, step: 0.01 },
          },
        ),
        0,
      ),
    }),
    v.description('Turns each entry into -1 or +1.'),
  ),
  v.pipe(
    v.strictObject({
      op: v.literal('scale'),
      factor: number('factor', 'Multiplies every entry.', { control: { min: -10, max: 10 } }),
    }),
    v.description('Multiplies every entry by a factor.'),
  ),
])

export const corruptSchema = v.pipe(
  v.variant('op', [
    v.pipe(
      v.strictObject({ op: v.literal('flip'), fraction }),
      v.description('Changes the sign of exactly round(fraction N) random entries of each row.'),
    ),
    v.pipe(
      v.strictObject({
        op: v.literal('gaussian'),
        sigma: number('sigma', 'Standard deviation of the added noise.', {
          min: 0,
          control: { min: 0, max: 2, step: 0.01 },
        }),
      }),
      v.description('Adds independent normal noise to every entry.'),
    ),
    v.pipe(
      v.strictObject({
        op: v.literal('occlude'),
        fraction: v.exactOptional(fraction),
        side: v.exactOptional(
          choice('side', 'Side of the covered part. Default: bottom.', ['bottom', 'top', 'left', 'right']),
        ),
        rectangle: v.exactOptional(
          v.pipe(
            v.strictTuple([
              number('row', 'First row, from 0.', { integer: true, min: 0 }),
              number('column', 'First column, from 0.', { integer: true, min: 0 }),
              number('height', 'Rows covered.', { integer: true, min: 1 }),
              number('width', 'Columns covered.', { integer: true, min: 1 }),
            ]),
            v.title('rectangle'),
            v.description('[row, column, height, width] of the covered part, instead of fraction and side.'),
          ),
        ),
      }),
      v.description(
        'Sets a part of each row to 0: the side of an image (round(fraction height) lines or round(fraction width) columns) ' +
          'or a rectangle. The image is the image of the file, or else each channel of a layer that is an image. Other rows count ' +
          'as one line: top and left are its first part, bottom and right its last.',
      ),
    ),
    v.pipe(
      v.strictObject({ op: v.literal('mask'), fraction }),
      v.description(
        'Leaves exactly round(fraction N) random entries of each row free: not clamped, not set, without current. ' +
          'Only in the patterns of a stimulus.',
      ),
    ),
  ]),
  v.title('corrupt'),
  v.description(
    'Damage, applied after the transforms. The random numbers depend only on the seed and the place in the scenario.',
  ),
)

const editedRow = number('row', 'Row number, from 0.', { integer: true, min: 0, max: 2 ** 30 })

export const editSchema = v.variant('op', [
  v.pipe(
    v.strictObject({
      op: v.literal('row'),
      row: editedRow,
      values: v.pipe(
        v.array(number('value', 'An entry.')),
        v.minLength(1),
        v.title('values'),
        v.description('The row, one value a column.'),
      ),
    }),
    v.description('Replaces a row; `row` equal to the number of rows appends one.'),
  ),
  v.pipe(
    v.strictObject({
      op: v.literal('paint'),
      row: editedRow,
      columns: v.pipe(
        v.array(number('column', 'Column number, from 0.', { integer: true, min: 0, max: 2 ** 30 })),
        v.minLength(1),
        v.title('columns'),
        v.description('Column numbers of the entries to set.'),
      ),
      value: number('value', 'New value of the entries.'),
    }),
    v.description('Sets entries of a row to one value.'),
  ),
  v.pipe(
    v.strictObject({ op: v.literal('clear'), row: editedRow }),
    v.description('Sets every entry of a row to 0.'),
  ),
])

/** The keys of all sources. */
const treatment = {
  transform: v.exactOptional(
    v.pipe(
      v.array(transformSchema),
      v.title('transform'),
      v.description('Steps applied to each row, in order.'),
    ),
  ),
  corrupt: v.exactOptional(corruptSchema),
  edits: v.exactOptional(
    v.pipe(
      v.array(editSchema),
      v.title('edits'),
      v.description('Rows and entries changed by hand; applied in order after everything else.'),
    ),
  ),
}

const pixels = (title: string, side: string) =>
  positiveInteger(
    title,
    `Images are resized to this ${side} by averaging areas. Default: the ${side} of the first image.`,
    65536,
  )

const images = (what: string) => ({
  paths: v.pipe(
    v.array(path('path', `A ${what}.`)),
    v.minLength(1),
    v.title('paths'),
    v.description(`${what}s, one a row.`),
  ),
  width: v.exactOptional(pixels('width', 'width')),
  height: v.exactOptional(pixels('height', 'height')),
  ...treatment,
})

export const patternOptions = [
  v.pipe(
    v.strictObject({
      kind: v.literal('array'),
      path: path(
        'path',
        'A file that ends in .npy, .csv, .tsv or .txt, or one array of an .npz, .mat or .safetensors file as data.mat#name; ' +
          '[rows, ...columns] or [columns]. All may be gzip. Values are taken as they are: floats are rounded to float32, ' +
          'integers must be exact in it. A table has one row a line, separated by commas, semicolons, tabs or spaces; with ' +
          'semicolons a comma is the decimal mark.',
      ),
      header: v.exactOptional(
        v.pipe(
          v.boolean(),
          v.title('header'),
          v.description(
            'Of a table: true if its first line holds the names of the columns. Default: true if a cell of that line is not a number.',
          ),
        ),
      ),
      ...treatment,
    }),
    v.description('Rows of an array: of NumPy, MATLAB (5 to 7), safetensors or a table.'),
  ),
  v.pipe(
    v.strictObject({
      kind: v.literal('npy'),
      path: path('path', 'A .npy file, or one array of an archive as data.npz#name.'),
      ...treatment,
    }),
    v.description('As `array`, of NumPy alone.'),
  ),
  v.pipe(
    v.strictObject({
      kind: v.literal('idx'),
      path: path('path', 'Images in IDX format, plain or gzip.'),
      skip: v.optional(
        number('skip', 'Number of images to skip at the beginning; with perLabel, for each label.', {
          integer: true,
          min: 0,
          max: 2 ** 31,
        }),
        0,
      ),
      count: v.exactOptional(positiveInteger('count', 'Number of images. Default: all.')),
      perLabel: v.exactOptional(
        positiveInteger('perLabel', 'Number of images for each label, in the order of the file.'),
      ),
      labels: v.exactOptional(
        path('labels', 'Labels in IDX format, plain or gzip; needed for perLabel and classes.'),
      ),
      classes: v.exactOptional(
        v.pipe(
          v.array(number('class', 'A label.', { integer: true, min: 0, max: 255 })),
          v.minLength(1),
          v.title('classes'),
          v.description('Only images with one of these labels. Default: all.'),
        ),
      ),
      ...treatment,
    }),
    v.description(
      'Images of an IDX file such as MNIST, one a row; bytes are scaled to [0, 1], other numbers are as they are.',
    ),
  ),
  v.pipe(
    v.strictObject({ kind: v.literal('image'), ...images('PNG, JPEG or WebP image') }),
    v.description(
      'Images as luminance in [0, 1] (0.299 R + 0.587 G + 0.114 B, on black where transparent), JPEG upright as its EXIF metadata say.',
    ),
  ),
  v.pipe(
    v.strictObject({ kind: v.literal('png'), ...images('PNG image') }),
    v.description('As `image`, of PNG alone.'),
  ),
  v.pipe(
    v.strictObject({
      kind: v.literal('random'),
      count: v.exactOptional(
        positiveInteger('count', 'Number of rows. Default: as many as needed, or 1 where any number fits.'),
      ),
      distribution: choice(
        'distribution',
        'binary: -1 or +1. normal: N(0, 1). orthogonal: mutually orthogonal rows. sphere: uniform on a sphere.',
        ['binary', 'normal', 'orthogonal', 'sphere'],
      ),
      norm: v.exactOptional(
        norm('L2 norm of each row. Default: sqrt(N) for orthogonal and sphere, otherwise the norm as drawn.'),
      ),
      sparsity: v.exactOptional(
        number(
          'sparsity',
          'Fraction of zeros: exactly round(sparsity N) entries of a row are 0. Not with orthogonal.',
          {
            min: 0,
            below: 1,
            control: { min: 0, max: 0.99, step: 0.01 },
          },
        ),
      ),
      correlation: v.exactOptional(
        number(
          'correlation',
          'Mean overlap of two rows: an entry is +1 with probability sqrt(correlation), otherwise -1 or +1 with equal probability. Only with binary.',
          { min: 0, max: 1, control: { min: 0, max: 1, step: 0.01 } },
        ),
      ),
      ...treatment,
    }),
    v.description('Random rows. The numbers depend only on the seed and the place in the scenario.'),
  ),
  v.pipe(
    v.strictObject({
      kind: v.literal('rows'),
      of: named(
        'of',
        'A memory (its initial value, after its scale), a synapse whose base is made of patterns, or a stimulus by its ' +
          'number, such as stimulus.0.',
        'rows',
      ),
      select: v.exactOptional(
        v.pipe(
          v.array(number('row', 'Row number, from 0.', { integer: true, min: 0 })),
          v.minLength(1),
          v.title('select'),
          v.description('Numbers of the rows to use, in this order. Default: all.'),
        ),
      ),
      ...treatment,
    }),
    v.description(
      'Copy of rows that another part of the scenario defines; transform and corrupt apply to the copy.',
    ),
  ),
  v.pipe(
    v.strictObject({
      kind: v.literal('values'),
      values: v.pipe(
        v.array(v.pipe(v.array(number('value', 'An entry.')), v.minLength(1))),
        v.minLength(1),
        v.title('values'),
        v.description('The rows, all of one length.'),
      ),
      ...treatment,
    }),
    v.description('Rows as numbers in the scenario.'),
  ),
  v.pipe(
    v.strictObject({
      kind: v.literal('zeros'),
      count: v.exactOptional(positiveInteger('count', 'Number of rows. Default: as many as needed.')),
      ...treatment,
    }),
    v.description('As many rows of zeros as needed, or 1 where any number fits.'),
  ),
] as const

export const patternsSchema = v.pipe(
  v.variant('kind', patternOptions),
  v.title('patterns'),
  v.description('Rows of numbers from a file, a generator or the scenario itself.'),
)

/** Patterns with the meaning of their place. A union of one stays a reference in the JSON Schema. */
export const patternsAs = (title: string, description: string) =>
  v.pipe(v.union([patternsSchema]), v.title(title), v.description(description))

export type Patterns = v.InferOutput<typeof patternsSchema>

const scale = v.optional(
  number('scale', 'Multiplies every value of the row. A slider and --vary change this number.', {
    above: 0,
    control: { min: 0.01, max: 100, log: true },
  }),
  1,
)

/** Patterns of one row of values, and their scale. TypeScript cannot follow the keys through the list. */
export type Values = Patterns & { readonly scale: number }
type ValuesInput = v.InferInput<typeof patternsSchema> & { readonly scale?: number | undefined }

const valuesOptions = patternOptions.map((option) => v.strictObject({ ...option.entries, scale }))

/** A value for each neuron. */
export const valuesSchema = v.pipe(
  v.variant('kind', valuesOptions as never) as unknown as v.GenericSchema<ValuesInput, Values>,
  v.title('values'),
  v.description('A value for each neuron: patterns of one row, and a scale that multiplies it.'),
)

export type Transform = v.InferOutput<typeof transformSchema>
export type Corrupt = v.InferOutput<typeof corruptSchema>
export type Edit = v.InferOutput<typeof editSchema>
