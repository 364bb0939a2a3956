import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { gunzip } from '../../core/data/gzip.ts'
import { encodeNpy } from '../../core/data/npy.ts'
import { ModelError } from '../../core/errors.ts'
import { arrayFile, requireArrayFile } from '../../core/data/array.ts'
import { loadModel } from '../../core/model/load.ts'
import type { Block } from '../../core/model/patterns/block.ts'
import { blockOf, loadSource } from '../../core/model/patterns/sources.ts'
import type { Patterns } from '../../core/model/patterns/schema.ts'
import { createSimulation } from '../../core/run/simulation.ts'
import { naming as namingFile } from '../../core/model/files.ts'
import { requestDevice } from '../device.ts'
import { decodeImage } from '../images.ts'
import { type Output, checkOutput, createOutput } from '../output.ts'
import { type Damage, RECALLED, type Recalled, judge, recallPicture, recallScenario } from '../recall.ts'
import { writeResults } from '../results.ts'
import { readInput } from '../scenario.ts'
import { print, programName, tell } from '../terminal.ts'
import { addAdapterOption } from './options.ts'
import { positive, wholeNumber } from './parsers.ts'

interface RecallOptions {
  readonly damage?: Damage
  readonly size?: readonly [number, number]
  readonly cues?: number
  readonly seed: number
  readonly adapter?: string
  readonly out: string
  readonly quiet?: true
}

/** Most networks where --cues does not say how many. */
const MOST_CUES = 64

/** The longer side of images where --size does not say how large. */
const LONGEST = 64

/** Patterns with a line of their own. */
const MOST_LINES = 20

/** `engram recall`: patterns of the user's own, stored and recalled from damaged cues. */
export function recallCommand(command: Command): Command {
  command
    .argument(
      '<patterns...>',
      'a folder of images, images (PNG, JPEG, WebP), or one array of shape [K, N] or [K, H, W]: .npy, .csv, .tsv, .txt, or NAME in .npz#NAME, .mat#NAME, .safetensors#NAME',
    )
    .option(
      '--damage <how=amount>',
      'damage of the cues. occlude=F hides the lower fraction F of an image. flip=F flips the sign of a fraction F of the entries. gaussian=S adds noise of standard deviation S (default: occlude=0.5 for images, else flip=0.2)',
      damageOf,
    )
    .option(
      '--size <HxW>',
      'resize images to this height and width (default: the size of the first image, scaled so that the longer side is at most 64)',
      sizeOf,
    )
    .option(
      '--cues <n>',
      'recall only the first n patterns (default: all, 64 at most)',
      wholeNumber('--cues', 1, 4096),
    )
    .option('--seed <n>', 'seed of all random numbers', wholeNumber('--seed', 0, 2 ** 32 - 1), 1)
  addAdapterOption(command)
  return command
    .option('--out <folder>', 'folder for the results; created if missing', join('out', 'recall'))
    .option('--quiet', 'print no hints')
    .addHelpText('after', HELP)
    .action(recall)
}

const HELP = `
Stores each pattern as a memory of a modern Hopfield network, with one linear visible neuron for each entry and one softmax
neuron for each pattern. Patterns are centred and scaled to the norm sqrt(N). Each cue is recalled by a separate network,
which settles on the most similar memory. A cue counts as recalled if its final overlap with its own pattern,
x.xi / (|x| |xi|), is at least ${RECALLED}.

Files:
  FOLDER/recall.png      for images: the cue, the recalled state and the pattern, one above the other
  FOLDER/scenario.json   the network, with FOLDER/patterns.npy; change it and run it with engram run
  FOLDER/results.npz     energy, overlaps and final states; see engram run --help
  FOLDER/summary.json    settings and final values; see engram run --help

Standard output: a line "pattern<tab>cue<tab>recalled" with the two overlaps of each pattern. Only the ${MOST_LINES} worst are
printed if there are more. Then the number of recalled patterns, and the paths of the files.

Exit code: 0 done, 1 the run failed, 2 the input is wrong (nothing is written).

Examples:
  engram recall my-images
  engram recall faces.npy --damage flip=0.3 --out out/faces
  engram recall a.png b.png c.png --damage gaussian=1 --size 32x32`

async function recall(files: readonly string[], options: RecallOptions): Promise<void> {
  const { block, names } = await loadPatterns(files, options.size)
  const { rows: patterns, columns, image } = block
  const damage: Damage =
    options.damage ?? (image ? { op: 'occlude', fraction: 0.5 } : { op: 'flip', fraction: 0.2 })
  if (damage.op === 'occlude' && image === undefined)
    throw new ModelError(
      `occlude hides a part of an image, and the patterns are rows of ${columns}; use flip=0.2`,
      {
        path: '--damage',
      },
    )
  const wrong = block.data.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0)
    throw new ModelError(
      `${names[Math.floor(wrong / columns)]}, column ${wrong % columns} is ${block.data[wrong]}; give finite numbers`,
      { file: files[0] as string },
    )
  const flat = names.findIndex((_, row) => {
    const entries = block.data.subarray(row * columns, (row + 1) * columns)
    return entries.every((value) => value === entries[0])
  })
  if (flat >= 0)
    throw new ModelError(
      `${names[flat]} has one value throughout, so that nothing of it is stored; leave it out`,
      {
        path: 'patterns',
      },
    )
  const cues = Math.min(options.cues ?? MOST_CUES, patterns)
  await checkOutput(options.out)
  if (files.some((file) => resolve(file) === resolve(options.out)))
    throw new ModelError(
      `is the folder of the patterns, and the next recall would store recall.png; give another folder`,
      { path: '--out' },
    )
  const shape = image ?? [columns]
  const array = encodeNpy({ shape: [patterns, ...shape], data: block.data })
  const text = `${JSON.stringify(recallScenario({ patterns, shape, damage, cues, seed: options.seed }), null, 2)}\n`
  // Before anything is written: it may be wrong.
  const model = await loadModel(text, { read: () => Promise.resolve(array) })
  const requested = await requestDevice(options.adapter === undefined ? {} : { adapter: options.adapter })
  let output: Output | undefined
  try {
    output = await createOutput(options.out, { names: FILES, earlier: () => Promise.resolve(FILES) })
    await output.write('patterns.npy', array)
    const path = await output.write('scenario.json', text)
    const stored = model.memories[0]?.init
    if (stored === undefined) throw new Error('the scenario has no memory')
    const started = new Date()
    const simulation = await createSimulation(requested.device, model)
    try {
      const start = (await simulation.read('visible')).data.slice()
      await simulation.step(model.time.ticks)
      await simulation.flush()
      const end = (await simulation.read('visible')).data
      const recalled = judge(stored, start, end)
      const picture = image && (await output.write('recall.png', recallPicture(stored, start, end, image)))
      const [[, results] = []] = await writeResults({
        simulation,
        requested,
        options: {},
        output,
        startTick: 0,
        started,
      })
      print(
        `${[
          ...linesOf(recalled, names),
          `${recalled.filter(({ isRecalled }) => isRecalled).length} of ${cues} patterns recalled`,
          ...(picture === undefined ? [] : [`picture\t${picture}`]),
          `scenario\t${path}`,
          `results.npz\t${results}`,
        ].join('\n')}\n`,
      )
      if (!options.quiet)
        tell(
          `next: ${programName()} run ${path} --set neurons.hidden.lagrangian.beta=${String(40 / columns)} --out ${join(options.out, 'softer')}\n`,
        )
    } finally {
      simulation.destroy()
    }
  } finally {
    output?.close()
    requested.release()
  }
}

const FILES = ['summary.json', 'results.npz', 'recall.png', 'scenario.json', 'patterns.npy']

/** The overlaps of each pattern, or of those with the least. */
function linesOf(recalled: readonly Recalled[], names: readonly string[]): string[] {
  const rows = recalled.map((one, index) => ({ ...one, name: names[index] as string }))
  const worst = rows.toSorted((a, b) => a.final - b.final).slice(0, MOST_LINES)
  const shown = rows.length > MOST_LINES ? worst : rows
  return [
    'pattern\tcue\trecalled',
    ...shown.map(({ name, cue, final, nearest, isRecalled }) =>
      [
        name,
        cue.toFixed(3),
        final.toFixed(3),
        ...(isRecalled ? [] : [`most similar to ${names[nearest]}`]),
      ].join('\t'),
    ),
  ]
}

/** Reads what the command line names: one array, or images. */
async function loadPatterns(
  files: readonly string[],
  size: readonly [number, number] | undefined,
): Promise<{ block: Block; names: readonly string[] }> {
  const [first = ''] = files
  const isArray = arrayFile(first) !== undefined
  if (isArray && files.length > 1)
    throw new ModelError(`${files.length} files, the first an array; give one array, or images`, {
      path: 'patterns',
    })
  if (isArray && size !== undefined)
    throw new ModelError('only images are resized; leave it out', { path: '--size' })
  if (isArray) {
    const { file, name, load } = requireArrayFile(first)
    const [bytes, { decode }] = await Promise.all([read(file), load()])
    const array = namingFile(file, () => decode(bytes, name))
    checkShape(array.shape, first)
    const block = blockOf(array, first)
    return { block, names: Array.from({ length: block.rows }, (_, row) => `row ${row}`) }
  }
  const paths = (await Promise.all(files.map(imagesOf))).flat()
  const { image } = await load({ kind: 'image', paths: paths.slice(0, 1) })
  const [height, width] = size ?? fitted(image as readonly [number, number])
  return {
    block: await load({ kind: 'image', paths, height, width }),
    names: paths.map((path) => basename(path)),
  }
}

/** Sources take what they need of the place at which patterns stand: images nothing. */
function load(patterns: Patterns): Promise<Block> {
  const none = { path: 'patterns', columns: 0, shape: [], columnsOf: { text: '' } }
  const rowsOf = (): never => {
    throw new Error('files have no rows of others')
  }
  return loadSource(patterns, none, { seed: 0, damageSeed: 0, read, decode: decodeImage, rowsOf })
}

async function read(path: string): Promise<Uint8Array> {
  const bytes = await readInput(path)
  return namingFile(path, () => gunzip(bytes))
}

/** @throws ModelError for arrays that are neither [K, N] nor [K, H, W] */
function checkShape(shape: readonly number[], path: string): void {
  if (shape.length === 2 || shape.length === 3) return
  const [rows] = shape.length < 2 ? [1] : shape
  throw new ModelError(
    `${path} has the shape [${shape.join(', ')}]; give [K, N] or [K, H, W], in NumPy by x.reshape(${rows}, -1)`,
    { path: 'patterns' },
  )
}

/** The images of a folder by name, numbers in them as numbers; or the file itself. */
async function imagesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isDirectory()) {
    if (found !== undefined && !IMAGE.test(path))
      throw new ModelError(
        `${path} is neither an image (PNG, JPEG, WebP) nor an array; save it as one of them`,
        {
          path: 'patterns',
        },
      )
    return [path]
  }
  const names = (await readdir(path)).filter((name) => !name.startsWith('.') && IMAGE.test(name))
  if (names.length === 0)
    throw new ModelError(`${path} holds no image; save the images as PNG, JPEG or WebP`, { path: 'patterns' })
  return names.sort(BY_NUMBER.compare).map((name) => join(path, name))
}

const IMAGE = /\.(png|jpe?g|webp)$/i

const BY_NUMBER = new Intl.Collator('en', { numeric: true })

/** The same proportions with a longer side of 64 at most. */
function fitted([height, width]: readonly [number, number]): readonly [number, number] {
  const scale = Math.min(1, LONGEST / Math.max(height, width))
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))]
}

function damageOf(text: string): Damage {
  const [, op, amount = ''] = /^(occlude|flip|gaussian)=(.+)$/.exec(text) ?? []
  if (op === undefined)
    throw new ModelError(`must be occlude=0.5, flip=0.2 or gaussian=0.5, not "${text}"`, { path: '--damage' })
  const value = positive('--damage')(amount)
  if (op === 'gaussian') return { op, sigma: value }
  if (value > 1) throw new ModelError(`must be a part from 0 to 1, not ${amount}`, { path: '--damage' })
  return { op: op as 'occlude' | 'flip', fraction: value }
}

function sizeOf(text: string): readonly [number, number] {
  const [, height, width] = /^(\d+)x(\d+)$/.exec(text) ?? []
  const size = [Number(height), Number(width)] as const
  if (size.every((side) => side >= 1 && side <= 4096)) return size
  throw new ModelError(`must be HEIGHTxWIDTH in pixels, such as 32x32, not "${text}"`, { path: '--size' })
}
