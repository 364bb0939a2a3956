/**
 * The registry of compute kernels. A kernel is one WGSL file plus the files joined to it; its bindings and the
 * fields of its `Params` are read from the WGSL, so they are defined once. Each file declares its fields and
 * bindings; joining merges the fields into one `Params` and numbers the bindings. A line that ends in `//: r in
 * ROWS` is repeated for each r, with the number in place of `$r`.
 */
import { INTEGRATOR_KINDS, type IntegratorKind, integratorOf } from '../kinds/integrators/table.ts'
import type { Written } from '../kinds/lagrangians/definition.ts'
import { isPerNeuron, type Lagrangian, lagrangianFacts } from '../kinds/lagrangians/table.ts'
import { NOISE_KINDS, type NoiseKind, USUAL_NOISE } from '../kinds/noises/table.ts'
import {
  hasSteadyRate,
  isMoving,
  NAMED_RULES,
  rateSharedBy,
  type Rule,
  ruleKindOf,
  TRACED_RULES,
  writtenRule,
} from '../kinds/rules/table.ts'
import { UPDATE_KINDS, type UpdateKind, UPDATES } from '../kinds/updates/table.ts'
import { wgsl } from './shaders.ts'

/** The kernels, each a file of its name, and the files that are joined to it. */
const KERNELS = {
  'neuron/stimulate': [],
  'neuron/activate': ['common/real'],
  'neuron/normalize': ['common/real', 'common/magnitude'],
  'neuron/choose': ['common/random', 'common/choice'],
  'neuron/integrate': [],
  'product/matvec': [],
  'product/matvec-transposed': [],
  'rule/plasticity-step': ['common/real'],
  'rule/sparse-plasticity-step': ['common/real'],
  'rule/follow': ['common/real', 'common/number'],
  'synapse/hebbian-init': [],
  'memory/attention': [],
  'memory/attention-reduce': [],
  'synapse/symv': [],
  'synapse/symv-reduce': [],
  'synapse/append-activation': [],
  'synapse/rank-k-update': ['synapse/deferred-low-rank', 'common/real'],
  'synapse/materialise': ['synapse/deferred-low-rank'],
  'synapse/set-from-dense': [],
  'memory/convolution-forward': ['memory/convolution-places'],
  'memory/convolution-backward': ['memory/convolution-places'],
  'memory/convolution-plasticity-step': ['memory/convolution-places', 'common/real'],
  'memory/convolution-forward-tiled': ['memory/convolution-places', 'memory/convolution-window'],
  'memory/convolution-backward-tiled': ['memory/convolution-places', 'memory/convolution-window'],
  'product/sparse-matvec': ['product/sparse-span', 'product/sparse-row'],
  'product/sparse-matvec-equal': ['product/sparse-row'],
  'product/sparse-matvec-wide': ['product/sparse-span', 'product/sparse-row', 'common/reduce-tree'],
  'memory/tokens-project': [],
  'memory/tokens-weigh': [],
  'memory/tokens-mix': [],
  'memory/tokens-send': [],
  'probe/legendre': ['neuron/external-input', 'common/real'],
  'probe/conjugate': ['neuron/external-input'],
  'probe/sum': [],
  'probe/deviation': [],
  'probe/sparse-deviation': ['product/sparse-span'],
  'probe/distance': [],
  'probe/store': [],
  'probe/signs': [],
  'probe/count': [],
  'probe/similarity': ['common/magnitude'],
  'probe/speed': ['neuron/external-input'],
} as const

/** How a matrix is stored, and the file that reads it. */
export const FORMATS = { f32: 'product/f32', f16: 'product/f16', binary: 'product/binary' } as const

/** Formats with several groups of four columns in a word, which are unpacked from one load. */
const IN_WORDS: readonly Format[] = ['binary']

/** How the entries of a sparse matrix are stored, and the files that read them. */
const ENTRIES = {
  f32: ['product/entries-f32', 'product/indices-u32'],
  permuted: ['product/entries-permuted', 'product/indices-u32'],
  f16: ['product/entries-f16', 'product/indices-u32'],
  'f16-short': ['product/entries-f16', 'product/indices-u16'],
  binary: ['product/entries-binary', 'product/indices-u32'],
  'binary-short': ['product/entries-binary', 'product/indices-u16'],
} as const

/** The reduction within a workgroup. */
const REDUCTIONS = { tree: 'common/reduce-tree', subgroup: 'common/reduce-subgroup' } as const

/** An additional term of a product. */
const EPILOGUES = {
  scaled: 'product/scaled',
  'scaled-per-replica': 'product/scaled-per-replica',
  decayed: 'synapse/decayed',
  'zero-diagonal': 'synapse/zero-diagonal',
} as const

/**
 * How a step is added to a variable: in float32 or in two words, in one stage or several. By the caller:
 * scalars, or groups of four.
 */
const ADDITIONS = {
  number: {
    rounded: ['neuron/rounded'],
    carried: ['neuron/carried', 'common/carry'],
    staged: ['neuron/staged', 'neuron/ended'],
    stagedCarried: ['neuron/staged', 'neuron/ended-carried', 'common/carry'],
  },
  quad: {
    rounded: ['rule/rounded'],
    carried: ['rule/carried', 'common/carry'],
    staged: ['rule/staged', 'rule/ended'],
    stagedCarried: ['rule/staged', 'rule/ended-carried', 'common/carry'],
  },
} as const

/** The epilogue of a product: store it, weight it, or move the layer with it, optionally with the activation. */
const ENDINGS = {
  store: ['product/store'],
  'store-weighted': ['synapse/store-weighted'],
  'store-multiplied': ['product/store-multiplied'],
  step: ['neuron/step', 'neuron/external-input', 'common/random', 'common/real', 'neuron/no-activation'],
  react: ['neuron/step', 'neuron/external-input', 'common/random', 'common/real', 'neuron/with-activation'],
  'react-state': [
    'neuron/step',
    'neuron/external-input',
    'common/random',
    'common/real',
    'neuron/with-state',
  ],
} as const

/** The target of a layer whose output leaks, in place of b + I: g(b + I), or a buffer. */
const GOALS = { activation: 'neuron/to-activation', target: 'neuron/to-target' } as const

export type KernelName = keyof typeof KERNELS
export type Format = keyof typeof FORMATS
export type Entries = keyof typeof ENTRIES
export type Ending = keyof typeof ENDINGS
export type Goal = keyof typeof GOALS
export type Epilogue = keyof typeof EPILOGUES
/** Reduction with barriers over a workgroup, or within one subgroup. */
export type Reduction = 'tree' | 'subgroup'

/**
 * The tile of a product: rows (matvec) or groups of four columns (matvec-transposed), and replicas, that are
 * computed at once.
 */
export interface Tile {
  readonly across: number
  readonly states: number
  /** Invocations that share a tile; more than one needs barriers. */
  readonly lanes: number
  /** Invocations that share loads of the states: 1, or a quad of a subgroup. */
  readonly sharing: 1 | 4
}

/** The taps of one line of a filter, which a tile of a convolution takes at once. */
export interface Taps {
  readonly count: number
  /** True if the line has more. */
  readonly isLong: boolean
  /** True if the places of the tile are more than one pixel apart. */
  readonly isStepping: boolean
}

/** The WGSL of a Lagrangian. */
export function lagrangianSource(lagrangian: Lagrangian): string {
  const lines = lagrangianFacts(lagrangian).written?.(lagrangian).lines ?? []
  return [wgsl(`lagrangian/${lagrangian.kind}`), ...lines].join('\n')
}

/** The parameters of a Lagrangian as the WGSL fields p0 ... p3. */
export function lagrangianFields(lagrangian: Lagrangian): Record<'p0' | 'p1' | 'p2' | 'p3', number> {
  const [p0 = 0, p1 = 0, p2 = 0, p3 = 0] = lagrangianFacts(lagrangian).parameters(lagrangian)
  return { p0, p1, p2, p3 }
}

/** One compute kernel, ready to become a pipeline. */
export interface Kernel {
  /**
   * Name and joined parts, such as `product/matvec+f16`; kernels with the same key differ only in expressions of
   * the user.
   */
  readonly key: string
  readonly entryPoint: string
  readonly source: string
  /** Storage buffers of group 0, in order from binding 1. */
  readonly bindings: readonly Binding[]
  /** Fields of `Params`, in order, four bytes each. */
  readonly fields: readonly Field[]
  /** True if the kernel reads the clock record of the tick (group 1). */
  readonly clocked: boolean
  /** True if binding 0 is a storage table with a row of `Params` for each replica. */
  readonly varied: boolean
  /** The last lines of the source: expressions of the user. */
  readonly written?: Written
}

export interface Binding {
  readonly name: string
  readonly index: number
  readonly writes: boolean
}

export interface Field {
  readonly name: string
  readonly type: 'u32' | 'f32'
}

/**
 * The parts joined to a kernel: the Lagrangian of its layer, the storage format of its matrix, its epilogue, its
 * tile, its reduction.
 */
export interface Joined {
  readonly lagrangian?: Lagrangian
  readonly format?: Format
  readonly ending?: Ending
  /** For products with a sparse matrix. */
  readonly entries?: Entries
  /** Of product/matvec-transposed, synapse/symv-reduce and memory/attention-reduce; default plain. */
  readonly epilogue?: Epilogue
  readonly tile?: Tile
  /** For a tile of a convolution. */
  readonly taps?: Taps
  readonly reduce?: Reduction
  /** For kernels that move a layer; default b + I. */
  readonly goal?: Goal
  /** For kernels that move a layer; default normal. */
  readonly noise?: NoiseKind
  /** For neuron/choose: the update. */
  readonly update?: UpdateKind
  /** The rule, for rule/plasticity-step and for the traces of rule/follow. */
  readonly rule?: Rule
  /** For a rule whose rate differs from row to row. */
  readonly integrator?: IntegratorKind
  /** True for sums in two words (common/carry.wgsl); only for kernels that move a layer or a coupling. */
  readonly carried?: boolean
  /** True for several stages in a step; for neuron/step and rule/plasticity-step. */
  readonly staged?: boolean
  /** True if parameters differ by neuron (common/params-per-neuron.wgsl); only for kernels that index neurons. */
  readonly byNeuron?: boolean
  /**
   * True if every replica has its own row of `Params`; only for kernels that support it
   * (common/params-per-replica.wgsl).
   */
  readonly varied?: boolean
}

/** The files that all forms of a kernel share. */
function filesOf(name: KernelName): readonly string[] {
  return [name, ...KERNELS[name]]
}

/** True for kernels that declare their replica, so that each replica can have its own row of `Params`. */
export function mayVary(name: KernelName): boolean {
  return filesOf(name).some((file) => wgsl(file).includes('useReplica('))
}

/** The two products of a matrix: A x and A^T x. */
export type Product = 'matvec' | 'matvec-transposed'

/** The possible tiles; `across` counts rows or groups of four columns. */
export const TILES: Readonly<Record<Product, readonly Tile[]>> = {
  matvec: tiles('1x1 2x1 4x1 8x1 1x4 4x4 1x8 8x8 1x1x64 4x1x16 4x4x16 4x8q 8x16q'),
  'matvec-transposed': tiles('1x1 2x1 4x1 8x1 1x4 4x4 1x8 2x8 1x1x4 1x1x16 1x4x4 1x8q 1x16q'),
}

/** The tiles of a convolution, rows x places of a line: of several rows, and of one. */
export const CONVOLUTION_TILES = tiles('2x8 1x8')

/** One number for each lane. */
export const ALONE: Tile = { across: 1, states: 1, lanes: 1, sharing: 1 }

function tiles(text: string): Tile[] {
  return text.split(' ').map((size) => {
    const [across = 1, states = 1, lanes = 1] = size.replace('q', '').split('x').map(Number)
    return { across, states, lanes, sharing: size.endsWith('q') ? 4 : 1 }
  })
}

/** Such as `8x1`; `4x1x16` if 16 lanes share a tile, and `4x8q` if a quad shares its loads of the states. */
export function tileText({ across, states, lanes, sharing }: Tile): string {
  return `${across}x${states}${lanes === 1 ? '' : `x${lanes}`}${sharing === 1 ? '' : 'q'}`
}

/** Such as `5` or `8-long`. */
export function tapsText({ count, isLong, isStepping }: Taps): string {
  return `${count}${isLong ? '-long' : ''}${isStepping ? '-stepping' : ''}`
}

/** Kernels that are joined to an epilogue. */
const WITH_EPILOGUE: readonly KernelName[] = [
  'product/matvec-transposed',
  'synapse/symv-reduce',
  'memory/attention-reduce',
]

/** Kernels whose four entries may belong to different rows. */
const BY_ENTRY: readonly KernelName[] = ['rule/sparse-plasticity-step']

/** Kernels that move a coupling. */
const ADDING: readonly KernelName[] = [
  'rule/plasticity-step',
  'rule/sparse-plasticity-step',
  'rule/follow',
  'synapse/rank-k-update',
  'memory/convolution-plasticity-step',
]

const cache = new Map<string, Kernel>()

/** The kernel of a name, joined to the parts that its operation needs. */
export function kernelOf(name: KernelName, joined: Joined = {}): Kernel {
  const {
    lagrangian,
    format,
    ending,
    entries,
    epilogue = 'scaled',
    tile,
    reduce,
    rule,
    goal,
    noise = USUAL_NOISE,
    update,
    taps,
    varied: isVaried = false,
  } = joined
  // For other rules the host computes the rate.
  const gain =
    rule === undefined || hasSteadyRate(rule) || joined.integrator === undefined
      ? undefined
      : integratorOf(joined.integrator).gain
  const isCarried = joined.carried === true
  const isStaged = joined.staged === true
  const isByNeuron = joined.byNeuron === true
  const size = tile && tileText(tile)
  const key = [
    name,
    epilogue === 'scaled' ? undefined : epilogue,
    ending,
    lagrangian?.kind,
    format,
    entries === 'f32' ? undefined : entries,
    size,
    taps && tapsText(taps),
    reduce,
    rule && ruleKindOf(rule),
    goal && `to-${goal}`,
    noise === USUAL_NOISE ? undefined : noise,
    update,
    gain,
    isCarried ? 'carried' : undefined,
    isStaged ? 'staged' : undefined,
    isByNeuron ? 'params-per-neuron' : undefined,
    isVaried ? 'params-per-replica' : undefined,
  ]
    .filter((part) => part !== undefined)
    .join('+')
  const facts = lagrangian && lagrangianFacts(lagrangian)
  const written = (lagrangian && facts?.written?.(lagrangian)) ?? (rule && writtenRule(rule))
  const identity = written === undefined ? key : `${key}: ${written.lines.join('\n')}`
  let kernel = cache.get(identity)
  if (kernel === undefined) {
    const parts: string[] = [
      name,
      ...(entries === undefined ? [] : ENTRIES[entries]),
      ...KERNELS[name],
      ...(WITH_EPILOGUE.includes(name) ? [EPILOGUES[epilogue]] : []),
      ...(ending === undefined ? [] : ENDINGS[ending]),
      ...(reduce === undefined ? [] : [REDUCTIONS[reduce]]),
      ...additionOf(name, ending, joined),
    ]
    if (lagrangian !== undefined) {
      const file = `lagrangian/${lagrangian.kind}`
      // The energy of a layer whose L is not a sum has no terms by neuron.
      if (name === 'probe/conjugate') parts.push(`conjugate/${lagrangian.kind}`)
      else if (name !== 'probe/legendre') parts.push(file)
      else parts.push(...(facts?.isPerNeuron ? [file, 'lagrangian/summed'] : ['lagrangian/whole']))
    }
    // A trace has its own rate.
    if (rule !== undefined)
      parts.push(
        ...(name === 'rule/follow' ? filesOfRule(rule) : ruleFiles(rule, gain, BY_ENTRY.includes(name))),
      )
    if (parts.includes('neuron/step')) parts.push(`noise/${noise}`)
    if (update !== undefined) parts.push(`update/${update}`)
    if (mayVary(name)) {
      const alike = isByNeuron ? 'common/params-private' : 'common/params-uniform'
      parts.push(isVaried ? 'common/params-per-replica' : alike)
      if (isByNeuron) parts.push('common/params-per-neuron')
    } else if (isVaried || isByNeuron) throw new Error(`${name} has one row of Params for all replicas`)
    if (tile !== undefined)
      parts.push(
        tile.lanes === 1 ? 'product/reduce-none' : 'product/reduce-workgroup',
        tile.sharing === 1 ? 'product/load-per-lane' : 'product/load-quad-broadcast',
      )
    if (format !== undefined) parts.push(FORMATS[format])
    // Names in WGSL cannot contain hyphens.
    const entryPoint = name
      .slice(name.indexOf('/') + 1)
      .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    // Other kernels that move variables call the shared addition.
    const texts = goal === undefined ? parts.map(wgsl) : [...parts.map(towards), wgsl(GOALS[goal])]
    const isPacked = format !== undefined && IN_WORDS.includes(format)
    const counts = {
      ...(tile && countsOf(tile, ending)),
      ...(tile && taps && windowOf(tile, taps)),
      PACKED: isPacked ? 1 : 0,
      UNPACKED: isPacked ? 0 : 1,
      BY_NEURON: isByNeuron ? 1 : 0,
    }
    const source = joinParts([...texts, ...(written?.lines ?? [])], counts)
    kernel = { ...parseKernel(key, entryPoint, source), ...(written !== undefined && { written }) }
    cache.set(identity, kernel)
  }
  return kernel
}

/** The text of a file with its addition renamed to `towards`. */
function towards(file: string): string {
  return wgsl(file).replace('fn advanced(', 'fn towards(')
}

/** The files of a rule, and of the rate of its rows. */
function ruleFiles(rule: Rule, gain: string | undefined, isSparse: boolean): readonly string[] {
  const files = filesOfRule(rule)
  const apart = isSparse ? ['rule/sparse-by-rate'] : []
  if (gain === undefined) return ['common/number', ...files, 'rule/steady', ...apart]
  if (rateSharedBy(rule) === 'row')
    return ['common/number', ...files, 'rule/by-row', ...apart, `integrator/${gain}`]
  const entrywise = isSparse ? 'rule/sparse-by-entry' : 'rule/by-entry'
  return ['resident/quad', 'resident/rows', ...files, entrywise, `integrator/${gain}`]
}

/** The functions of a rule. */
function filesOfRule(rule: Rule): readonly string[] {
  const own = `rule/${ruleKindOf(rule)}`
  return writtenRule(rule) === undefined ? [own] : ['lagrangian/custom', own]
}

/** The WGSL of a rule. */
export function ruleText(rule: Rule): string {
  return [...filesOfRule(rule).map(wgsl), ...(writtenRule(rule)?.lines ?? [])].join('\n')
}

/** The file that defines `advanced` for a kernel, if the kernel calls it. */
function additionOf(
  name: KernelName,
  ending: Ending | undefined,
  { carried: isCarried, staged: isStaged }: Joined,
): readonly string[] {
  const of =
    ending === 'step' || ending === 'react' || ending === 'react-state'
      ? 'number'
      : ADDING.includes(name)
        ? 'quad'
        : undefined
  if (of === undefined) return []
  if (isStaged) return ADDITIONS[of][isCarried ? 'stagedCarried' : 'staged']
  return ADDITIONS[of][isCarried ? 'carried' : 'rounded']
}

/**
 * The most sums of a tile for which the call of the ending is written out; more are a loop. Compilers inline each call: 32 steps of
 * neurons, with their noise, take several times as long to compile as the loop, and do not run faster.
 */
const MOST_CALLS = { step: 1, store: 4 } as const

/** Counters of repeated lines of a tile of a convolution. */
function windowOf({ states }: Tile, { count, isLong, isStepping }: Taps): Record<string, number> {
  return {
    TAPS: count,
    WINDOW: states + count - 1,
    LONG: isLong ? 1 : 0,
    SHORT: isLong ? 0 : 1,
    STEPPING: isStepping ? 1 : 0,
    SLIDING: isStepping ? 0 : 1,
  }
}

/** Counters of repeated lines of a kernel. */
function countsOf(
  { across, states, lanes, sharing }: Tile,
  ending: Ending | undefined,
): Record<string, number> {
  const isStep = ending !== undefined && ENDINGS[ending][0] === 'neuron/step'
  const isLooped = across * states > MOST_CALLS[isStep ? 'step' : 'store']
  return {
    LOOPED: isLooped ? 1 : 0,
    UNROLLED: isLooped ? 0 : 1,
    ROWS: across,
    QUADS: across,
    STATES: states,
    LANES: lanes,
    SHARED: sharing,
    LOADS: states / sharing,
  }
}

/** Joins several sources into one: repeated lines expanded, one `Params`, numbered bindings, each declaration once. */
function joinParts(parts: readonly string[], counts: Readonly<Record<string, number>>): string {
  const fields = new Map<string, string>()
  const declared = new Set<string>()
  let binding = 0
  const lines = expand(parts.join('\n'), counts)
    .replace(/\bstruct Params \{([^}]*)\}/g, (_, body: string) => {
      for (const match of body.matchAll(/(\w+): (\w+),/g)) fields.set(match[1] as string, match[0])
      return ''
    })
    .split('\n')
    .filter((line) => {
      if (!/^(override|const|@group\(\d\) @binding\(\d+\)) /.test(line)) return true
      if (declared.has(line)) return false
      declared.add(line)
      return true
    })
    .map((line) =>
      line.replace(
        /^(?!.* table: )@group\(0\) @binding\(\d+\) var<storage/,
        () => `@group(0) @binding(${++binding}) var<storage`,
      ),
    )
  const isDirective = (line: string): boolean => /^(enable |diagnostic\()/.test(line)
  const enables = lines.filter(isDirective)
  const rest = lines.filter((line) => !isDirective(line))
  const struct = `struct Params {\n${[...fields.values()].map((field) => `  ${field}`).join('\n')}\n}`
  return [...enables, struct, ...rest].join('\n')
}

/**
 * Repeats lines that end in `//: r in ROWS, s in 4` for each r and s, with the numbers in place of `$r` and
 * `$s`, and their sum in place of `$($r+$s)`; the counts become constants.
 */
function expand(source: string, counts: Readonly<Record<string, number>>): string {
  const lines = source.split('\n').flatMap((line) => {
    const match = /^(.*?) *\/\/: (.+)$/.exec(line)
    if (match === null) return [line]
    return (match[2] as string)
      .split(', ')
      .reduce(
        (copies, range) => {
          const [letter, of] = range.split(' in ') as [string, string]
          const count = counts[of] ?? Number(of)
          return copies.flatMap((copy) =>
            Array.from({ length: count }, (_, k) => copy.replaceAll(`$${letter}`, String(k))),
          )
        },
        [match[1] as string],
      )
      .map((copy) =>
        copy.replace(/\$\((\d+)\+(\d+)\)/g, (_, a: string, b: string) => String(Number(a) + Number(b))),
      )
  })
  const constants = Object.entries(counts)
    .filter(([name]) => lines.some((line) => new RegExp(`\\b${name}\\b`).test(line)))
    .map(([name, count]) => `const ${name} = ${count}u;`)
  return [...constants, ...lines].join('\n')
}

/** A custom rule, for tests of all shaders. */
const WRITTEN_RULE: Rule = {
  kind: 'custom',
  drive: 'pow(to, 3) * from + base',
  decay: 'abs(w)',
  parameters: {},
}

/** Whether a file reads a matrix in a format. */
const readsMatrix = (text: string): boolean => /\b(quad|entry)At\(/.test(text)

/** Names of all kernels. */
export const KERNEL_NAMES = Object.keys(KERNELS) as KernelName[]

/**
 * All combinations of parts for a kernel, the plainest first. The choice whether replicas share parameters is
 * not included.
 * @param lagrangians - one of each kind at least
 */
export function formsOf(name: KernelName, lagrangians: readonly Lagrangian[]): Joined[] {
  const reductions = Object.keys(REDUCTIONS) as Reduction[]
  const formats = Object.keys(FORMATS) as Format[]
  if (name === 'neuron/activate')
    return lagrangians.filter(isPerNeuron).flatMap((lagrangian) => alikeOrNot({ lagrangian }))
  if (name === 'neuron/choose')
    return UPDATE_KINDS.filter((kind) => !UPDATES[kind].movesAll).map((update) => ({ update }))
  if (name === 'neuron/normalize')
    return lagrangians
      .filter((lagrangian) => !isPerNeuron(lagrangian))
      .flatMap((lagrangian) => reductions.map((reduce) => ({ lagrangian, reduce })))
  if (name === 'probe/legendre')
    return lagrangians.flatMap((lagrangian) =>
      reductions.flatMap((reduce) =>
        isPerNeuron(lagrangian) ? alikeOrNot({ lagrangian, reduce }) : [{ lagrangian, reduce }],
      ),
    )
  if (name === 'probe/conjugate')
    return lagrangians
      .filter((lagrangian) => lagrangianFacts(lagrangian).conjugate !== undefined)
      .flatMap((lagrangian) =>
        reductions.flatMap((reduce) =>
          isPerNeuron(lagrangian) ? alikeOrNot({ lagrangian, reduce }) : [{ lagrangian, reduce }],
        ),
      )
  if (name === 'probe/sum' || name === 'probe/signs' || name === 'probe/count')
    return reductions.map((reduce) => ({ reduce }))
  if (name === 'probe/speed') return reductions.flatMap((reduce) => alikeOrNot({ reduce }))
  const reacting = lagrangians
    .filter(isPerNeuron)
    .map((lagrangian): Joined => ({ ending: 'react', lagrangian }))
  if (name === 'product/matvec' || name === 'product/matvec-transposed')
    return [
      ...formats.flatMap((format) =>
        TILES[name === 'product/matvec' ? 'matvec' : 'matvec-transposed']
          // All tiles read a format in the same way, and large tiles compile slowly.
          .filter(({ across, states, lanes }) => format === 'f32' || across * states * lanes <= 16)
          .map((tile): Joined => ({ format, tile, ending: 'store' })),
      ),
      // The epilogue does not depend on the tile.
      ...[{ ending: 'step' } as const, ...reacting].map((ending): Joined => ({
        format: 'f32',
        tile: ALONE,
        ...ending,
      })),
      ...(name === 'product/matvec'
        ? (['store-weighted', 'store-multiplied'] as const).map(
            (ending) => ({ format: 'f32', tile: ALONE, ending }) as const,
          )
        : (['scaled-per-replica', 'decayed', 'zero-diagonal'] as const).flatMap((epilogue): Joined[] =>
            (['store', 'step'] as const).map((ending) => ({
              format: 'f32',
              tile: ALONE,
              epilogue,
              ending,
            })),
          )),
    ]
  if (name === 'memory/attention')
    return formats.flatMap((format) => [1, 4].map((across) => ({ format, tile: { ...ALONE, across } })))
  if (name === 'memory/attention-reduce') return [{ ending: 'store' }, { ending: 'step' }]
  if (name === 'synapse/symv-reduce')
    return (['scaled', 'decayed'] as const).flatMap((epilogue): Joined[] => [
      { epilogue, ending: 'store' },
      { epilogue, ending: 'step' },
    ])
  if (name === 'neuron/integrate')
    return [
      ...[{ ending: 'step' } as const, ...reacting].flatMap(inBothSums),
      ...inBothSums({ ending: 'step', staged: true }),
      ...inBothSums({ ending: 'step', byNeuron: true }),
      ...inBothSums({ ending: 'step', staged: true, byNeuron: true }),
      ...lagrangians
        .filter(
          (lagrangian) => isPerNeuron(lagrangian) && lagrangianFacts(lagrangian).conjugate !== undefined,
        )
        .flatMap((lagrangian) => [
          ...inBothSums({ ending: 'react-state', goal: 'activation', lagrangian }),
          { ending: 'step', goal: 'activation', lagrangian, byNeuron: true } as const,
        ]),
      ...(['step', 'react-state'] as const).flatMap((ending) => inBothSums({ ending, goal: 'target' })),
      { ending: 'step', goal: 'target', staged: true } as const,
      ...NOISE_KINDS.filter((noise) => noise !== USUAL_NOISE).map((noise): Joined => ({
        ending: 'step',
        noise,
      })),
    ]
  if (name === 'rule/plasticity-step' || name === 'rule/sparse-plasticity-step')
    return [...NAMED_RULES.filter(isMoving), ...TRACED_RULES, WRITTEN_RULE].flatMap((rule) =>
      (hasSteadyRate(rule) ? INTEGRATOR_KINDS.slice(0, 1) : gainKinds()).flatMap((integrator) =>
        [
          { rule, integrator },
          { rule, integrator, staged: true },
        ].flatMap(inBothSums),
      ),
    )
  if (name === 'rule/follow')
    return TRACED_RULES.flatMap((rule) => [{ rule }, { rule, staged: true }].flatMap(inBothSums))
  if (name === 'memory/convolution-plasticity-step')
    return NAMED_RULES.filter((rule) => isMoving(rule) && hasSteadyRate(rule)).flatMap((rule) =>
      [{ rule }, { rule, staged: true }].flatMap(inBothSums),
    )
  if (filesOf(name).includes('product/sparse-row'))
    return [
      ...(Object.keys(ENTRIES) as Entries[]).map((entries): Joined => ({ entries, ending: 'store' })),
      ...[{ ending: 'step' } as const, ...reacting].map((ending): Joined => ({ entries: 'f32', ...ending })),
    ]
  // Kernels with an epilogue.
  if (wgsl(name).includes('storeProduct(')) {
    const stored = (): Joined => ({
      ...(filesOf(name).some((file) => readsMatrix(wgsl(file))) && { format: 'f32' }),
      ending: 'store',
    })
    const tapped = (tile: Tile): Joined[] =>
      [false, true].flatMap((isLong) =>
        [3, 1].map((count) => ({ ...stored(), tile, taps: { count, isLong, isStepping: count === 1 } })),
      )
    const stores = name.endsWith('-tiled') ? CONVOLUTION_TILES.flatMap(tapped) : [stored()]
    return [
      ...stores,
      ...[{ ending: 'step' } as const, ...reacting].map((ending): Joined => ({ ...stores[0], ...ending })),
    ]
  }
  if (ADDING.includes(name)) return inBothSums({})
  // Projections of tokens are stored as f32 only.
  if (name === 'memory/tokens-project') return [{ format: 'f32' }]
  if (filesOf(name).some((file) => readsMatrix(wgsl(file)))) return formats.map((format) => ({ format }))
  return [{}]
}

/**
 * Every kernel in every joined form, varied kernels once for each way to read their table, for a test that
 * compiles all shaders.
 * @param lagrangians - one of each kind at least
 */
export function allKernels(lagrangians: readonly Lagrangian[]): Kernel[] {
  /**
   * One kernel for each combination of epilogue, reduction, numbers by layer or by neuron, and Lagrangian that
   * is a sum or not; the others read their table in the same way.
   */
  const variedOf = (name: KernelName): Joined[] => {
    const kindOf = ({ ending, lagrangian, carried: isCarried, byNeuron }: Joined): string =>
      `${ending ?? ''} ${isCarried} ${byNeuron} ${lagrangian === undefined ? '' : isPerNeuron(lagrangian)}`
    const all = mayVary(name) ? formsOf(name, lagrangians) : []
    const firsts = all.filter((joined, at) => all.findIndex((one) => kindOf(one) === kindOf(joined)) === at)
    return firsts.map((joined) => ({ ...joined, varied: true }))
  }
  return KERNEL_NAMES.flatMap((name) =>
    [...formsOf(name, lagrangians), ...variedOf(name)].map((joined) => kernelOf(name, joined)),
  )
}

/** One integrator for each WGSL of a gain. */
function gainKinds(): IntegratorKind[] {
  const gains = INTEGRATOR_KINDS.map((kind) => integratorOf(kind).gain)
  return INTEGRATOR_KINDS.filter((_, index) => gains.indexOf(gains[index] as string) === index)
}

/** For neurons with equal numbers and with different numbers. */
function alikeOrNot(joined: Joined): Joined[] {
  return [joined, { ...joined, byNeuron: true }]
}

function inBothSums(joined: Joined): Joined[] {
  return [joined, { ...joined, carried: true }]
}

/** A kernel from its joined source. */
export function parseKernel(key: string, entryPoint: string, source: string): Kernel {
  const params = /struct Params \{([^}]*)\}/.exec(source)?.[1] ?? ''
  const fields = [...params.matchAll(/(\w+): (u32|f32),/g)].map((match): Field => ({
    name: match[1] as string,
    type: match[2] as 'u32' | 'f32',
  }))
  const isVaried = source.includes('@group(0) @binding(0) var<storage')
  const bindings = [
    ...source.matchAll(/@group\(0\) @binding\(([1-9]\d*)\) var<storage, (read|read_write)> (\w+):/g),
  ]
    .map((match): Binding => ({
      name: match[3] as string,
      index: Number(match[1]),
      writes: match[2] !== 'read',
    }))
    .sort((a, b) => a.index - b.index)
  return {
    key,
    entryPoint,
    source,
    bindings,
    fields,
    clocked: source.includes('@group(1)'),
    varied: isVaried,
  }
}
