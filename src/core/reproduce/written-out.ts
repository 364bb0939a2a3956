/** Structured couplings compared with the equivalent dense matrices and tensors. */
import type { Chart, Colour } from '../analysis/chart.ts'
import { ModelError } from '../errors.ts'
import type { ScenarioInput } from '../model/schema.ts'
import type { Simulation } from '../run/simulation.ts'
import { upTo } from './error-free.ts'
import { type Check, type Reproduction, type Stated, atMost, near } from './reproduction.ts'
import { REFERENCE, distance, exactStates, normal, normalRows } from './small-networks.ts'

type Memories = NonNullable<ScenarioInput['memories']>
type Layers = ScenarioInput['neurons']

/** A network with a coupling `k`, and the equivalent dense memory. */
interface Form {
  readonly text: string
  readonly neurons: Layers
  readonly coupling: Memories[string]
  /** The dense matrix, a row for each neuron of `to`, from the tensor of the coupling. */
  readonly matrix: (simulation: Simulation) => number[][]
  /** Number of stored numbers of the coupling. */
  readonly entries: number
}

/** Channels, height, width of the image; filters, and their height and width. */
const [CHANNELS, H, W, FILTERS, KERNEL] = [2, 9, 8, 4, 3]
/** Neurons of the layers of a sparse memory, and entries in each row. */
const [ROWS, COLUMNS, DEGREE] = [60, 90, 7]
/** Neurons of the layers of a hyperedge, and its patterns. */
const [SIZES, PATTERNS] = [[7, 6, 5], 4] as const

function layer(size: Layers[string]['size']): Layers[string] {
  return { size, lagrangian: { kind: 'tanh', gain: 1.2 }, tau: 1, init: normal(1) }
}

function forms(): Form[] {
  return [
    {
      text: 'convolution',
      neurons: { a: layer([CHANNELS, H, W]), b: layer([FILTERS, H, W]) },
      coupling: {
        kind: 'convolution',
        from: 'a',
        to: 'b',
        kernel: [KERNEL, KERNEL],
        boundary: 'periodic',
        init: normal(0.3),
      },
      matrix({ model }) {
        const { data, columns } = model.memories[0]!.init
        if (columns !== CHANNELS * KERNEL ** 2)
          throw new ModelError(
            `a filter has ${columns} weights, and ${CHANNELS} channels times ${KERNEL} x ${KERNEL} are written out`,
          )
        return upTo(FILTERS * H * W).map((row) => {
          const [filter, p, q] = [Math.floor(row / (H * W)), Math.floor(row / W) % H, row % W]
          const line = new Array<number>(CHANNELS * H * W).fill(0)
          for (let c = 0; c < CHANNELS; c++)
            for (let i = 0; i < KERNEL; i++)
              for (let j = 0; j < KERNEL; j++) {
                const [down, across] = [(p + i - 1 + H) % H, (q + j - 1 + W) % W]
                line[(c * H + down) * W + across]! += data[filter * columns + (c * KERNEL + i) * KERNEL + j]!
              }
          return line
        })
      },
      entries: FILTERS * CHANNELS * KERNEL ** 2,
    },
    {
      text: 'sparse',
      neurons: { a: layer(COLUMNS), b: layer(ROWS) },
      coupling: {
        kind: 'sparse',
        from: 'a',
        to: 'b',
        init: { kind: 'random-sparse', degree: DEGREE, distribution: 'normal' },
        scale: 0.3,
      },
      matrix({ model }) {
        const { data, pattern } = model.memories[0]!.init
        const { indices, indptr } = pattern!
        return upTo(ROWS).map((row) => {
          const line = new Array<number>(COLUMNS).fill(0)
          for (let at = indptr[row]!; at < indptr[row + 1]!; at++) line[indices[at]!] = data[at]!
          return line
        })
      },
      entries: ROWS * DEGREE,
    },
  ]
}

interface Run {
  readonly seed: number
  readonly text: string
  readonly neurons: Layers
  readonly memory: Memories[string]
  readonly ticks: number
}

function scenario({ seed, text, neurons, memory, ticks }: Run): ScenarioInput {
  return {
    version: 1,
    name: 'A coupling written out',
    description: text,
    seed,
    time: { dt: 0.1, ticks },
    neurons,
    memories: { k: memory },
  }
}

/** The concatenated final states of the layers of a network. */
async function statesOf(simulation: Simulation): Promise<number[]> {
  const all: number[] = []
  for (const { name } of simulation.model.layers) all.push(...(await simulation.read(name)).data)
  return all
}

interface Contracted {
  readonly input: ScenarioInput
  /** The input of each layer. */
  readonly expected: number[]
}

/** A hyperedge of three layers, one step of length tau, and the contraction of its tensor T_ijk = sum_mu A_mui B_muj C_muk. */
function hyperedge(seed: number, scale: number): Contracted {
  const names = ['a', 'b', 'c'] as const
  const patterns = SIZES.map((size, l) => normalRows(seed, `product ${l}`, PATTERNS, size))
  const g = SIZES.map((size, l) => normalRows(seed, `state ${l}`, 1, size)[0]!)
  const input: ScenarioInput = {
    version: 1,
    name: 'A hyperedge',
    description:
      'Three layers that share patterns; after one step of length tau each holds what it was sent.',
    seed,
    time: { dt: 1, ticks: 1, integrator: 'euler' },
    neurons: Object.fromEntries(
      names.map((name, l) => [
        name,
        { size: SIZES[l]!, lagrangian: { kind: 'linear' }, init: { kind: 'values', values: [g[l]!] } },
      ]),
    ),
    memories: {
      k: {
        kind: 'product',
        scale,
        between: Object.fromEntries(names.map((name, l) => [name, { kind: 'values', values: patterns[l]! }])),
      },
    },
  }
  const expected = SIZES.map((size) => new Array<number>(size).fill(0))
  const at = [0, 0, 0]
  for (at[0] = 0; at[0] < SIZES[0]; at[0]++)
    for (at[1] = 0; at[1] < SIZES[1]; at[1]++)
      for (at[2] = 0; at[2] < SIZES[2]; at[2]++) {
        const T = upTo(PATTERNS).reduce((sum, mu) => sum + patterns.reduce((product, A, l) => product * A[mu]![at[l]!]!, 1), 0) // prettier-ignore
        for (const l of [0, 1, 2])
          expected[l]![at[l]!]! += T * g.reduce((product, own, m) => (m === l ? product : product * own[at[m]!]!), 1) // prettier-ignore
      }
  return { input, expected: expected.flat() }
}

const DENSE: Stated = { kind: 'theory', equations: 'the dense matrix, written out by four loops' }
const COUNT: Stated = {
  kind: 'closed form',
  formula: 'filters times channels times kernel; rows times degree',
}
const TENSOR: Stated = { kind: 'theory', equations: 'the contraction of the dense tensor, summed' }

/** Filters, sparse memories and hyperedges against matrices and tensors. */
export const writtenOut: Reproduction = {
  id: 'written-out',
  title: 'Filters, sparse memories and hyperedges, written out',
  citation: 'Krotov, arXiv:2107.06446; dense matrices and tensors, float64',
  claim:
    'A convolution and a sparse memory move a network as the equal dense matrices do, and store only their own numbers. ' +
    'A hyperedge of three layers sends each layer the contraction of its dense tensor.',
  method:
    `Layers of tanh neurons run with the coupling and again with its matrix written out by four loops; states differ by rounding, a hundred ` +
    'roundings of float32 are allowed. The hyperedge takes one step of length tau, so that linear neurons hold what they were sent; ' +
    'the tensor is summed in float64, and differences are relative to the largest.',
  duration: { quick: '1 s', full: '1 s' },
  constants: { scale: 1 },
  wrong: { constant: 'scale', value: 1.001 },
  unaffected: [],
  async measure(lab, size) {
    const ticks = { quick: 20, full: 200 }[size]
    const scale = lab.constants.scale!
    const pairs: { readonly text: string; readonly x: number[]; readonly y: number[] }[] = []
    const ends = [-6, 6]
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'state with the dense matrix or tensor', domain: [-6, 6] },
      y: { label: 'state with the coupling', domain: [-6, 6] },
      marks: [
        { kind: 'line', x: ends, y: ends, label: 'equal', colour: 1 },
        ...pairs.map(({ text, x, y }, index) => ({
          kind: 'points' as const,
          x: x.slice(0, 40),
          y: y.slice(0, 40),
          label: `measured, ${text}`,
          colour: [0, 2, 3][index] as Colour,
        })),
      ],
    })
    lab.progress(0, chart())
    const rounding = 100 * 2 ** -23
    const checks: Check[] = []
    for (const { text, neurons, coupling, matrix, entries } of forms()) {
      const own = { seed: lab.seed, neurons, ticks }
      const start = scenario({ ...own, text, memory: coupling })
      const { states, values, kept, exact } = await lab.run(text, start, async (simulation, stated) => ({
        states: await statesOf(simulation),
        exact: exactStates(stated, ['a', 'b']).slice(
          -simulation.model.layers.reduce((sum, { size }) => sum + size, 0),
        ),
        values: matrix(simulation),
        kept: (await simulation.read('k')).data.length,
      }))
      // The scale of the network that is compared with is right at 1.
      const dense = { from: 'a', to: 'b', init: { kind: 'values' as const, values }, scale }
      const input = scenario({ ...own, text: `The same, ${text}, as a matrix.`, memory: dense })
      const others = await lab.run(`${text}-dense`, input, statesOf)
      pairs.push({ text, x: others, y: states })
      checks.push(atMost(`${text}: largest difference of a state`, rounding, distance(states, others), DENSE))
      checks.push(
        atMost(`${text}: largest difference to float64`, rounding, distance(states, exact), REFERENCE),
      )
      checks.push(near(`${text}: numbers kept`, entries, kept, 0, COUNT))
      lab.progress(pairs.length / 3, chart())
    }
    const { input, expected } = hyperedge(lab.seed, scale)
    const sent = await lab.run('hyperedge', input, statesOf)
    const largest = Math.max(...expected.map(Math.abs))
    pairs.push({ text: 'hyperedge', x: expected.map((value) => value / largest), y: sent.map((value) => value / largest) }) // prettier-ignore
    checks.push(
      atMost('hyperedge: largest difference, relative', rounding, distance(sent, expected) / largest, TENSOR),
    )
    return { checks, chart: chart() }
  },
}
