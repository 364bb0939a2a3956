/**
 * The registry of compute kernels. A kernel is one WGSL file plus the files joined to it; its bindings and the
 * fields of its `Params` are read from the WGSL itself, so that they are written down once. Each file declares the
 * fields and bindings that it uses; joining makes one `Params` of them and numbers the bindings. A line that ends in
 * `//: r in ROWS` stands once for each r, `$r` being its number.
 */
import { INTEGRATOR_KINDS, type IntegratorKind, integratorOf } from '../kinds/integrators/table.ts'
import type { Written } from '../kinds/lagrangians/definition.ts'
import { isPerNeuron, type Lagrangian, lagrangianFacts } from '../kinds/lagrangians/table.ts'
import {
  hasSteadyRate,
  isMoving,
  NAMED_RULES,
  rateSharedBy,
  type Rule,
  ruleKindOf,
  writtenRule,
} from '../kinds/rules/table.ts'
import { wgsl } from './shaders.ts'

/** The kernels, each a file of its name, and the files that are joined to it. */
const KERNELS = {
  'neuron/stimulate': [],
  'neuron/activate': ['common/real'],
  'neuron/normalize': ['common/real', 'common/magnitude'],
  'neuron/integrate': [],
  'matrix/recall': [],
  'matrix/project': [],
  'matrix/learn': ['common/real'],
  'matrix/imprint': [],
  'matrix/attend': [],
  'matrix/merge': [],
  'matrix/fold': [],
  'matrix/gather': [],
  'matrix/remember': [],
  'matrix/rewrite': ['matrix/held', 'common/real'],
  'matrix/express': ['matrix/held'],
  'matrix/absorb': [],
  'convolution/forward': ['convolution/places'],
  'convolution/backward': ['convolution/places'],
  'convolution/learn': ['convolution/places', 'common/real'],
  'probe/legendre': ['neuron/drive', 'common/real'],
  'probe/sum': [],
  'probe/deviation': [],
  'probe/store': [],
  'probe/similarity': ['common/magnitude'],
  'probe/speed': ['neuron/drive'],
} as const

/** How a matrix is stored, and the file that reads it. */
export const FORMATS = { f32: 'matrix/f32', f16: 'matrix/f16', binary: 'matrix/binary' } as const

/** How the invocations of a workgroup add up. */
const REDUCTIONS = { tree: 'common/reduce-tree', subgroup: 'common/reduce-subgroup' } as const

/** What belongs to a product besides its sum. */
const MAKINGS = { plain: 'matrix/plain', fading: 'matrix/fading', hollow: 'matrix/hollow' } as const

/**
 * How what moves is added up: in float32 alone or in two words, at once or in stages. By what asks for it: numbers, or groups
 * of four.
 */
const ADDITIONS = {
  number: {
    rounded: ['neuron/rounded'],
    carried: ['neuron/carried', 'common/carry'],
    staged: ['neuron/staged', 'neuron/ended'],
    stagedCarried: ['neuron/staged', 'neuron/ended-carried', 'common/carry'],
  },
  quad: {
    rounded: ['matrix/rounded'],
    carried: ['matrix/carried', 'common/carry'],
    staged: ['matrix/staged', 'matrix/ended'],
    stagedCarried: ['matrix/staged', 'matrix/ended-carried', 'common/carry'],
  },
} as const

/** What becomes of a product: it is collected or weighted, or it moves the layer, whose activation may follow at once. */
const ENDINGS = {
  collect: ['matrix/collect'],
  weigh: ['matrix/weigh'],
  multiply: ['matrix/multiply'],
  step: ['neuron/step', 'neuron/drive', 'common/random', 'common/real', 'neuron/inert'],
  react: ['neuron/step', 'neuron/drive', 'common/random', 'common/real', 'neuron/active'],
} as const

export type KernelName = keyof typeof KERNELS
export type Format = keyof typeof FORMATS
export type Ending = keyof typeof ENDINGS
export type Making = keyof typeof MAKINGS
/** With barriers over a workgroup, or within one subgroup. */
export type Reduction = 'tree' | 'subgroup'

/** What is computed at once of a product: so many rows (recall) or groups of four columns (project), and replicas. */
export interface Tile {
  readonly across: number
  readonly states: number
  /** Invocations that share a tile; more than one needs barriers. */
  readonly lanes: number
  /** Invocations that share what they load of the states: themselves, or a quad of a subgroup. */
  readonly sharing: 1 | 4
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
  /** Name and joined parts, such as `matrix/recall+f16`; only what users write themselves may differ under one key. */
  readonly key: string
  readonly entryPoint: string
  readonly source: string
  /** Storage buffers of group 0, in order from binding 1. */
  readonly bindings: readonly Binding[]
  /** Fields of `Params`, in order, four bytes each. */
  readonly fields: readonly Field[]
  /** True when the kernel reads the clock record of the tick (group 1). */
  readonly clocked: boolean
  /** True when binding 0 is a table with a row of `Params` for each replica, in storage. */
  readonly varied: boolean
  /** The last lines of the source, where expressions of the user stand. */
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

/** What a kernel is joined to: the Lagrangian of its layer, the storage format of its matrix, its ending, its tile, its reduction. */
export interface Joined {
  readonly lagrangian?: Lagrangian
  readonly format?: Format
  readonly ending?: Ending
  /** Of matrix/project, matrix/gather and matrix/merge; default plain. */
  readonly making?: Making
  readonly tile?: Tile
  readonly reduce?: Reduction
  /** Of matrix/learn: what moves it. */
  readonly rule?: Rule
  /** Of a rule whose rate differs from row to row. */
  readonly integrator?: IntegratorKind
  /** What moves is added up in two words (common/carry.wgsl); only of kernels that move a layer or a coupling. */
  readonly carried?: boolean
  /** What moves takes several stages a step; of neuron/step and matrix/learn. */
  readonly staged?: boolean
  /** Every replica has its own row of `Params`; only of kernels that ask for it (common/varied.wgsl). */
  readonly varied?: boolean
}

/** The files that every form of a kernel has. */
function filesOf(name: KernelName): readonly string[] {
  return [name, ...KERNELS[name]]
}

/** True for kernels that say which replica they work on, so that each may have its own row of `Params`. */
export function mayVary(name: KernelName): boolean {
  return filesOf(name).some((file) => wgsl(file).includes('useReplica('))
}

/** The two products of a matrix: A x and A^T x. */
export type Product = 'recall' | 'project'

/** The tiles there are, `across` being rows or groups of four columns. */
export const TILES: Readonly<Record<Product, readonly Tile[]>> = {
  recall: tiles('1x1 2x1 4x1 8x1 1x4 4x4 1x8 8x8 1x1x64 4x1x16 4x4x16 4x8q 8x16q'),
  project: tiles('1x1 2x1 4x1 8x1 1x4 4x4 1x8 2x8 1x1x4 1x1x16 1x4x4 1x8q 1x16q'),
}

/** One number a lane. */
export const ALONE: Tile = { across: 1, states: 1, lanes: 1, sharing: 1 }

function tiles(text: string): Tile[] {
  return text.split(' ').map((size) => {
    const [across = 1, states = 1, lanes = 1] = size.replace('q', '').split('x').map(Number)
    return { across, states, lanes, sharing: size.endsWith('q') ? 4 : 1 }
  })
}

/** Such as `8x1`; `4x1x16` where 16 lanes share a tile, and `4x8q` where a quad shares what it loads of the states. */
export function tileText({ across, states, lanes, sharing }: Tile): string {
  return `${across}x${states}${lanes === 1 ? '' : `x${lanes}`}${sharing === 1 ? '' : 'q'}`
}

/** Kernels that are joined to a making. */
const MADE: readonly KernelName[] = ['matrix/project', 'matrix/gather', 'matrix/merge']

/** Kernels that move a coupling. */
const ADDING: readonly KernelName[] = ['matrix/learn', 'matrix/rewrite', 'convolution/learn']

const cache = new Map<string, Kernel>()

/** The kernel of a name, joined to what its operation needs. */
export function kernelOf(name: KernelName, joined: Joined = {}): Kernel {
  const {
    lagrangian,
    format,
    ending,
    making = 'plain',
    tile,
    reduce,
    rule,
    varied: isVaried = false,
  } = joined
  // Elsewhere the rate is computed on the host.
  const gain =
    rule === undefined || hasSteadyRate(rule) || joined.integrator === undefined
      ? undefined
      : integratorOf(joined.integrator).gain
  const isCarried = joined.carried === true
  const isStaged = joined.staged === true
  const size = tile && tileText(tile)
  const key = [
    name,
    making === 'plain' ? undefined : making,
    ending,
    lagrangian?.kind,
    format,
    size,
    reduce,
    rule && ruleKindOf(rule),
    gain,
    isCarried ? 'carried' : undefined,
    isStaged ? 'staged' : undefined,
    isVaried ? 'varied' : undefined,
  ]
    .filter((part) => part !== undefined)
    .join('+')
  const facts = lagrangian && lagrangianFacts(lagrangian)
  const written = (lagrangian && facts?.written?.(lagrangian)) ?? (rule && writtenRule(rule))
  const identity = written === undefined ? key : `${key}: ${written.lines.join('\n')}`
  let kernel = cache.get(identity)
  if (kernel === undefined) {
    const parts: string[] = [
      ...filesOf(name),
      ...(MADE.includes(name) ? [MAKINGS[making]] : []),
      ...(ending === undefined ? [] : ENDINGS[ending]),
      ...(reduce === undefined ? [] : [REDUCTIONS[reduce]]),
      ...additionOf(name, ending, joined),
    ]
    if (lagrangian !== undefined) {
      const file = `lagrangian/${lagrangian.kind}`
      // The energy of a layer whose L is not a sum needs no term a neuron.
      if (name !== 'probe/legendre') parts.push(file)
      else parts.push(...(facts?.isPerNeuron ? [file, 'lagrangian/summed'] : ['lagrangian/whole']))
    }
    if (rule !== undefined) parts.push(...ruleFiles(rule, gain))
    if (mayVary(name)) parts.push(isVaried ? 'common/varied' : 'common/shared')
    else if (isVaried) throw new Error(`${name} has one row of Params for all replicas`)
    if (tile !== undefined)
      parts.push(
        tile.lanes === 1 ? 'matrix/alone' : 'matrix/together',
        tile.sharing === 1 ? 'matrix/apart' : 'matrix/quads',
      )
    if (format !== undefined) parts.push(FORMATS[format])
    const entryPoint = name.slice(name.indexOf('/') + 1)
    const source = joinParts([...parts.map(wgsl), ...(written?.lines ?? [])], tile && countsOf(tile))
    kernel = { ...parseKernel(key, entryPoint, source), ...(written !== undefined && { written }) }
    cache.set(identity, kernel)
  }
  return kernel
}

/** The files of a rule, and of the rate at which it moves its rows. */
function ruleFiles(rule: Rule, gain: string | undefined): readonly string[] {
  const files = filesOfRule(rule)
  if (gain === undefined) return ['common/number', ...files, 'rule/steady']
  if (rateSharedBy(rule) === 'row') return ['common/number', ...files, 'rule/by-row', `integrator/${gain}`]
  return ['resident/quad', 'resident/rows', ...files, 'rule/by-entry', `integrator/${gain}`]
}

/** The functions of a rule itself. */
function filesOfRule(rule: Rule): readonly string[] {
  const own = `rule/${ruleKindOf(rule)}`
  return writtenRule(rule) === undefined ? [own] : ['lagrangian/custom', own]
}

/** The WGSL of a rule. */
export function ruleText(rule: Rule): string {
  return [...filesOfRule(rule).map(wgsl), ...(writtenRule(rule)?.lines ?? [])].join('\n')
}

/** What a kernel calls as `advanced`, if it does. */
function additionOf(
  name: KernelName,
  ending: Ending | undefined,
  { carried: isCarried, staged: isStaged }: Joined,
): readonly string[] {
  const of = ending === 'step' || ending === 'react' ? 'number' : ADDING.includes(name) ? 'quad' : undefined
  if (of === undefined) return []
  if (isStaged) return ADDITIONS[of][isCarried ? 'stagedCarried' : 'staged']
  return ADDITIONS[of][isCarried ? 'carried' : 'rounded']
}

/** What the lines of a kernel count. */
function countsOf({ across, states, lanes, sharing }: Tile): Record<string, number> {
  return {
    ROWS: across,
    QUADS: across,
    STATES: states,
    LANES: lanes,
    SHARED: sharing,
    LOADS: states / sharing,
  }
}

/** One source of several: lines that stand for many written out, one `Params`, bindings numbered, no declaration twice. */
function joinParts(parts: readonly string[], counts: Readonly<Record<string, number>> = {}): string {
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

/** Lines that end in `//: r in ROWS, s in 4` once for each r and s, in place of `$r` and `$s`; counts as constants. */
function expand(source: string, counts: Readonly<Record<string, number>>): string {
  const lines = source.split('\n').flatMap((line) => {
    const match = /^(.*?) *\/\/: (.+)$/.exec(line)
    if (match === null) return [line]
    return (match[2] as string).split(', ').reduce(
      (copies, range) => {
        const [letter, of] = range.split(' in ') as [string, string]
        const count = counts[of] ?? Number(of)
        return copies.flatMap((copy) =>
          Array.from({ length: count }, (_, k) => copy.replaceAll(`$${letter}`, String(k))),
        )
      },
      [match[1] as string],
    )
  })
  const constants = Object.entries(counts)
    .filter(([name]) => lines.some((line) => new RegExp(`\\b${name}\\b`).test(line)))
    .map(([name, count]) => `const ${name} = ${count}u;`)
  return [...constants, ...lines].join('\n')
}

/** For tests of all shaders: a rule that is written out. */
const WRITTEN_RULE: Rule = {
  kind: 'custom',
  drive: 'pow(to, 3) * from + base',
  decay: 'abs(w)',
  parameters: {},
}

/** Names of all kernels. */
export const KERNEL_NAMES = Object.keys(KERNELS) as KernelName[]

/**
 * Everything that a kernel may be joined to, one entry for each form, the plainest first. Whether replicas share their
 * parameters is left out.
 * @param lagrangians - one of each kind at least
 */
export function formsOf(name: KernelName, lagrangians: readonly Lagrangian[]): Joined[] {
  const reductions = Object.keys(REDUCTIONS) as Reduction[]
  const formats = Object.keys(FORMATS) as Format[]
  if (name === 'neuron/activate') return lagrangians.filter(isPerNeuron).map((lagrangian) => ({ lagrangian }))
  if (name === 'neuron/normalize')
    return lagrangians
      .filter((lagrangian) => !isPerNeuron(lagrangian))
      .flatMap((lagrangian) => reductions.map((reduce) => ({ lagrangian, reduce })))
  if (name === 'probe/legendre')
    return lagrangians.flatMap((lagrangian) => reductions.map((reduce) => ({ lagrangian, reduce })))
  if (name === 'probe/sum' || name === 'probe/speed') return reductions.map((reduce) => ({ reduce }))
  const reacting = lagrangians
    .filter(isPerNeuron)
    .map((lagrangian): Joined => ({ ending: 'react', lagrangian }))
  if (name === 'matrix/recall' || name === 'matrix/project')
    return [
      ...formats.flatMap((format) =>
        TILES[name === 'matrix/recall' ? 'recall' : 'project']
          // A format is read in the same way by all tiles, and large ones compile slowly.
          .filter(({ across, states, lanes }) => format === 'f32' || across * states * lanes <= 16)
          .map((tile): Joined => ({ format, tile, ending: 'collect' })),
      ),
      // What comes after a product does not depend on how it is made.
      ...[{ ending: 'step' } as const, ...reacting].map((ending): Joined => ({
        format: 'f32',
        tile: ALONE,
        ...ending,
      })),
      ...(name === 'matrix/recall'
        ? (['weigh', 'multiply'] as const).map((ending) => ({ format: 'f32', tile: ALONE, ending }) as const)
        : (['fading', 'hollow'] as const).flatMap((making): Joined[] =>
            (['collect', 'step'] as const).map((ending) => ({
              format: 'f32',
              tile: ALONE,
              making,
              ending,
            })),
          )),
    ]
  if (name === 'matrix/attend')
    return formats.flatMap((format) => [1, 4].map((across) => ({ format, tile: { ...ALONE, across } })))
  if (name === 'matrix/merge') return [{ ending: 'collect' }, { ending: 'step' }]
  if (name === 'matrix/gather')
    return (['plain', 'fading'] as const).flatMap((making): Joined[] => [
      { making, ending: 'collect' },
      { making, ending: 'step' },
    ])
  if (name === 'neuron/integrate')
    return [
      ...[{ ending: 'step' } as const, ...reacting].flatMap(inBothSums),
      ...inBothSums({ ending: 'step', staged: true }),
    ]
  if (name === 'matrix/learn')
    return [...NAMED_RULES.filter(isMoving), WRITTEN_RULE].flatMap((rule) =>
      (hasSteadyRate(rule) ? INTEGRATOR_KINDS.slice(0, 1) : gainKinds()).flatMap((integrator) =>
        [
          { rule, integrator },
          { rule, integrator, staged: true },
        ].flatMap(inBothSums),
      ),
    )
  if (name === 'convolution/learn')
    return NAMED_RULES.filter((rule) => isMoving(rule) && hasSteadyRate(rule)).flatMap((rule) =>
      [{ rule }, { rule, staged: true }].flatMap(inBothSums),
    )
  // What hands what it makes to an ending.
  if (wgsl(name).includes('receive('))
    return [{ ending: 'collect' } as const, { ending: 'step' } as const, ...reacting].map(
      (ending): Joined => ({
        format: 'f32',
        ...ending,
      }),
    )
  if (ADDING.includes(name)) return inBothSums({})
  if (filesOf(name).some((file) => wgsl(file).includes('quadAt(')))
    return formats.map((format) => ({ format }))
  return [{}]
}

/**
 * Every kernel in every joined form, varied ones once for each way of reading their table: what a test of all shaders compiles.
 * @param lagrangians - one of each kind at least
 */
export function allKernels(lagrangians: readonly Lagrangian[]): Kernel[] {
  /** One of each ending, sum, and of Lagrangians that are a sum and that are not: a table is read in the same way by all. */
  const variedOf = (name: KernelName): Joined[] => {
    const kindOf = ({ ending, lagrangian, carried: isCarried }: Joined): string =>
      `${ending ?? ''} ${isCarried} ${lagrangian === undefined ? '' : isPerNeuron(lagrangian)}`
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
