/**
 * docs/gallery.md: every scenario runs, and every number of its tables is what both programs give. "Original" is the equations
 * of the other program in float64, written out below from its source; nothing of engram but the drawn patterns is used for it.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadModel } from '../../../src/core/model/load.ts'
import type { Model } from '../../../src/core/model/model.ts'
import { type Reference, createReference } from '../../../src/core/reference/network.ts'

type Vector = readonly number[]
type Matrix = readonly Vector[]

/** What a row of a table says: the number of the original, and engram's. */
type Numbers = Readonly<Record<string, readonly [original: number, engram: number]>>

/** The scenario of a section, and its network at tick 0 and after all ticks. */
interface Run {
  readonly model: Model
  readonly start: Reference
  readonly end: Reference
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const sum = (values: Iterable<number>): number => [...values].reduce((all, value) => all + value, 0)
const dot = (a: Vector, b: Vector): number => sum(a.map((value, i) => value * b[i]!))
const times = (matrix: Matrix, x: Vector): number[] => matrix.map((row) => dot(row, x))
const transposed = (matrix: Matrix): number[][] => matrix[0]!.map((_, i) => matrix.map((row) => row[i]!))
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const sign = (x: number): number => (x >= 0 ? 1 : -1)

function logSumExp(values: Vector): number {
  const largest = Math.max(...values)
  return largest + Math.log(sum(values.map((value) => Math.exp(value - largest))))
}

function softmax(values: Vector): number[] {
  const whole = logSumExp(values)
  return values.map((value) => Math.exp(value - whole))
}

const rowsOf = (data: ArrayLike<number>, columns: number): number[][] =>
  upTo(data.length / columns).map((row) => Array.from(data).slice(row * columns, (row + 1) * columns))

/** Entries of a memory as the scenario starts it, its scale already applied. */
const entries = ({ start }: Run, name: string, columns: number): number[][] =>
  rowsOf(start.read(name), columns)

/** The terms of engram's energy that have these names, of a replica. */
const terms = (reference: Reference, names: readonly string[], replica = 0): number =>
  sum(names.map((name) => reference.energy()[replica]!.terms[name]!))

const total = (reference: Reference, replica = 0): number => reference.energy()[replica]!.total

/** amtutorial: flips each bit in turn where that lowers the energy. */
function flipped(x: Vector, energy: (x: Vector) => number, sweeps: number): number[] {
  let state = [...x]
  for (const i of upTo(sweeps * x.length).map((step) => step % x.length)) {
    const other = state.with(i, -state[i]!)
    if (energy(other) < energy(state)) state = other
  }
  return state
}

/** The patterns of a synapse's base, of the cue and of what is stored: signs of the rows. */
function storedBy(run: Run, synapse: string): number[][] {
  const { base } = run.model.synapses.find(({ name }) => name === synapse)!
  if (!('patterns' in base)) throw new Error(`${synapse} has no patterns`)
  return rowsOf(base.patterns.data, base.patterns.columns).map((row) => row.map(sign))
}

function hamux(run: Run): Numbers {
  const K = entries(run, 'filters', 27)
  const P = entries(run, 'patterns', 45)
  const C = entries(run, 'classes', 3)
  /** -g_patches . conv(g_image), and the gradient by both; windows of 3 x 3 do not overlap. */
  const places = upTo(9).map((place) => ({
    place,
    pixels: upTo(27).map((k) => {
      const [c, i, j] = [Math.floor(k / 9), Math.floor(k / 3) % 3, k % 3]
      return c * 81 + (3 * Math.floor(place / 3) + i) * 9 + 3 * (place % 3) + j
    }),
  }))
  const activations = ([image, patches, labels, hidden]: Matrix) => ({
    image: image!.map(Math.tanh),
    patches: patches!.map(sigmoid),
    labels: softmax(labels!),
    hidden: softmax(hidden!),
  })
  const convolved = (image: Vector): number[] =>
    K.flatMap((filter) =>
      places.map(({ pixels }) => sum(pixels.map((pixel, k) => filter[k]! * image[pixel]!))),
    )
  const energy = (x: Matrix): number => {
    const g = activations(x)
    const lagrangians =
      sum(x[0]!.map((value) => Math.log(Math.cosh(value)))) +
      sum(x[1]!.map((value) => Math.log1p(Math.exp(value)))) +
      logSumExp(x[2]!) +
      logSumExp(x[3]!)
    const products = dot(x[0]!, g.image) + dot(x[1]!, g.patches) + dot(x[2]!, g.labels) + dot(x[3]!, g.hidden)
    const synapses =
      dot(g.patches, convolved(g.image)) +
      dot(g.hidden, times(P, g.patches)) +
      dot(g.hidden, times(C, g.labels))
    return products - lagrangians - synapses
  }
  const step = (x: Matrix): number[][] => {
    const g = activations(x)
    const image = upTo(243).map(() => 0)
    for (const [f, filter] of K.entries())
      for (const { place, pixels } of places)
        for (const [k, pixel] of pixels.entries()) image[pixel]! += filter[k]! * g.patches[f * 9 + place]!
    const back = times(transposed(P), g.hidden)
    const inputs = [
      image,
      convolved(g.image).map((value, i) => value + back[i]!),
      times(transposed(C), g.hidden),
      times(P, g.patches).map((value, i) => value + times(C, g.labels)[i]!),
    ]
    return x.map((layer, l) => layer.map((value, i) => value - 0.3 * (value - inputs[l]![i]!)))
  }
  let x: number[][] = [[...run.start.read('image')], ...[45, 3, 7].map((size) => upTo(size).map(() => 0))]
  const first = energy(x)
  for (let n = 0; n < 20; n++) x = step(x)
  return {
    'energy at the start': [first, total(run.start)],
    'energy after 20 steps': [energy(x), total(run.end)],
    'largest probability of a label': [
      Math.max(...softmax(x[2]!)),
      Math.max(...run.end.activations('labels')[0]!),
    ],
  }
}

function classical(run: Run): Numbers {
  const Xi = storedBy(run, 'w')
  const energy = (x: Vector): number => -sum(times(Xi, x).map((overlap) => overlap ** 2)) / 2
  const cue = [...run.start.read('x')].map(sign)
  const found = flipped(cue, energy, 3)
  const scaled = (reference: Reference): number => 144 * total(reference) - 144
  return {
    'energy of the cue': [energy(cue), scaled(run.start)],
    'energy at the end': [energy(found), scaled(run.end)],
    'overlap with the first pattern': [
      dot(found, Xi[0]!) / 144,
      dot([...run.end.activations('x')[0]!], Xi[0]!) / 144,
    ],
  }
}

function denseAssociative(run: Run): Numbers {
  const Xi = storedBy(run, 'w')
  const energy = (x: Vector): number => -sum(times(Xi, x).map((overlap) => Math.max(overlap, 0) ** 6)) / 6
  const square = (x: Vector): number => -sum(times(Xi, x).map((overlap) => overlap ** 2)) / 2
  const cue = [...run.start.read('x')].map(sign)
  const found = flipped(cue, energy, 3)
  const lost = flipped(cue, square, 3)
  const overlap = (layer: string): number => dot([...run.end.activations(layer)[0]!], Xi[0]!) / 144
  return {
    'energy / N^6 of the cue': [energy(cue) / 144 ** 6, terms(run.start, ['x', 'hidden', 'xi'])],
    'energy / N^6 at the end': [energy(found) / 144 ** 6, terms(run.end, ['x', 'hidden', 'xi'])],
    'overlap with the first pattern': [dot(found, Xi[0]!) / 144, overlap('x')],
    'the same in the classical network': [dot(lost, Xi[0]!) / 144, overlap('classical')],
  }
}

function energyTransformer(run: Run): Numbers {
  const beta = 1 / Math.sqrt(6)
  const heads = (name: string): number[][][] => {
    const rows = entries(run, name, 12)
    return [rows.slice(0, 6), rows.slice(6)]
  }
  const [Wq, Wk] = [heads('attention.query'), heads('attention.key')]
  const Xi = entries(run, 'xi', 12)
  const normalised = (x: Vector): number[] => {
    const mean = sum(x) / 12
    const root = Math.sqrt(sum(x.map((value) => (value - mean) ** 2)) / 12 + 1e-5)
    return x.map((value) => (value - mean) / root)
  }
  /** E of attn_energy and hn_energy, and minus its gradient by the normalised tokens. */
  const energy = (g: Matrix): { readonly E: number; readonly force: number[][] } => {
    let E = 0
    const force = g.map((token) => {
      const hidden = times(Xi, token).map((value) => Math.max(value, 0))
      E -= dot(hidden, hidden) / 2
      return times(transposed(Xi), hidden)
    })
    const push = (token: number, by: number, along: Vector): void => {
      for (const [i, value] of along.entries()) force[token]![i]! += by * value
    }
    for (const h of [0, 1]) {
      const Q = g.map((token) => times(Wq[h]!, token))
      const K = g.map((token) => times(Wk[h]!, token))
      for (const c of upTo(8)) {
        const others = upTo(8).filter((b) => b !== c)
        const scores = others.map((b) => beta * dot(K[b]!, Q[c]!))
        E -= logSumExp(scores) / beta
        for (const [n, weight] of softmax(scores).entries()) {
          push(c, weight, times(transposed(Wq[h]!), K[others[n]!]!))
          push(others[n]!, weight, times(transposed(Wk[h]!), Q[c]!))
        }
      }
    }
    return { E, force }
  }
  /** energy_recall: steps of 0.5 without a leak. */
  const descended = (from: Matrix, steps: number): Matrix => {
    let x = from
    for (let n = 0; n < steps; n++) {
      const { force } = energy(x.map(normalised))
      x = x.map((token, t) => token.map((value, i) => value + 0.5 * force[t]![i]!))
    }
    return x
  }
  const tokens = (reference: Reference): Matrix => rowsOf(reference.read('tokens'), 12)
  const after = (from: Reference, steps: number): number =>
    energy(descended(tokens(from), steps).map(normalised)).E
  const second = createReference(run.model)
  second.step()
  const parts = ['hidden', 'attention', 'xi']
  return {
    'energy at the start': [after(run.start, 0), terms(run.start, parts)],
    'energy after a step': [after(run.start, 1), terms(second, parts)],
    'energy at rest, and 100 steps of the notebook later': [after(run.end, 100), terms(run.end, parts)],
  }
}

function diffusion(run: Run): Numbers {
  const points = [
    [1, 0],
    [0, 1],
  ]
  const at = (reference: Reference, r: number): number[] => [...reference.read('x')].slice(2 * r, 2 * r + 2)
  const numbers = [0.5, 2].map((beta) => {
    const exponents = (x: Vector): number[] =>
      points.map((xi) => -beta * sum(xi.map((value, i) => (x[i]! - value) ** 2)))
    // The minimum, by gradient descent.
    let x = [0.9, 0.2]
    for (let n = 0; n < 2000; n++) {
      const p = softmax(exponents(x))
      x = x.map((value, i) => value - 0.1 * (value - dot(p, transposed(points)[i]!)))
    }
    return { E: -logSumExp(exponents(x)) / beta, x }
  })
  const row = (r: number): Numbers => {
    const { E, x } = numbers[r]!
    const beta = ['1/2', '2'][r]!
    return {
      [`x_1 of the minimum, beta = ${beta}`]: [x[0]!, at(run.end, r)[0]!],
      [`E of the minimum, beta = ${beta}`]: [E, 2 * total(run.end, r)],
    }
  }
  return { ...row(0), ...row(1) }
}

function distributed(run: Run): Numbers {
  const Xi = entries(run, 'xi', 2).slice(0, 8)
  const all: Record<string, readonly [number, number]> = {}
  for (const [r, beta] of [0.1, 1, 10].entries()) {
    const exponents = (v: Vector): number[] =>
      Xi.map((xi) => (-beta / 2) * sum(xi.map((value, i) => (v[i]! - value) ** 2)))
    const energy = (v: Vector): number => -logSumExp(exponents(v)) / beta
    let v = [0.3, -0.2]
    all[`energy at the start, beta = ${beta}`] = [energy(v), total(run.start, r)]
    for (let n = 0; n < 500; n++) {
      const p = softmax(exponents(v))
      v = v.map((value, i) => value - 0.01 * sum(Xi.map((xi, mu) => p[mu]! * (value - xi[i]!))))
    }
    all[`energy after 500 steps, beta = ${beta}`] = [energy(v), total(run.end, r)]
  }
  return all
}

/** The inverse of a small matrix, by Gauss and Jordan. */
function inverse(matrix: Matrix): number[][] {
  const size = matrix.length
  const rows = matrix.map((row, i) => [...row, ...upTo(size).map((j) => (i === j ? 1 : 0))])
  for (const p of upTo(size)) {
    const pivot = upTo(size - p).reduce(
      (best, k) => (Math.abs(rows[p + k]![p]!) > Math.abs(rows[best]![p]!) ? p + k : best),
      p,
    )
    ;[rows[p], rows[pivot]] = [rows[pivot]!, rows[p]!]
    const own = rows[p].map((value) => value / rows[p]![p]!)
    rows[p] = own
    for (const other of upTo(size).filter((row) => row !== p)) {
      const factor = rows[other]![p]!
      rows[other] = rows[other]!.map((value, k) => value - factor * own[k]!)
    }
  }
  return rows.map((row) => row.slice(size))
}

function hopfield(run: Run): Numbers {
  const Xi = storedBy(run, 'a')
  const columns = transposed(Xi)
  const between = inverse(Xi.map((row) => times(Xi, row)))
  const weights = (middle: (overlaps: Vector) => number[]): number[][] =>
    columns.map((own, i) => columns.map((other, j) => (i === j ? 0 : dot(own, middle(other)))))
  const rules = {
    Hebb: { layer: 'hebb', synapse: 'a', W: weights((other) => other.map((value) => value / 100)) },
    'pseudo-inverse': { layer: 'inverse', synapse: 'b', W: weights((other) => times(between, other)) },
  }
  const all: Record<string, readonly [number, number]> = {}
  for (const [rule, { layer, synapse, W }] of Object.entries(rules)) {
    let state = [...run.start.read(layer)].map(sign)
    for (let n = 0; n < 10; n++) state = times(W, state).map(sign)
    all[`${rule}: energy at the end`] = [-dot(state, times(W, state)) / 2, terms(run.end, [layer, synapse])]
    all[`${rule}: overlap with the pattern`] = [
      dot(state, Xi[0]!) / 100,
      dot([...run.end.activations(layer)[0]!], Xi[0]!) / 100,
    ]
  }
  return all
}

function denseHopfield(run: Run): Numbers {
  const memories = entries(run, 'xi', 100).map((row) => row.map(sign))
  const scores = (c: Vector): number[] => memories.map((memory) => (8 * dot(memory, c)) / 100)
  const energy = (c: Vector): number => dot(c, c) / 200 - logSumExp(scores(c)) / 8
  const cue = [...run.start.read('c')].map((value) => 10 * value)
  // The original keeps pictures in [0, 1], the mean of which is centred as the mean of the centred ones.
  const step = (c: Vector): number[] => times(transposed(memories), softmax(scores(c)))
  let c = cue
  for (let n = 0; n < 20; n++) c = step(c)
  return {
    'energy of the cue': [energy(cue), total(run.start)],
    'energy at the end': [energy(c), total(run.end)],
    'largest weight of a memory': [
      Math.max(...softmax(scores(c))),
      Math.max(...run.end.activations('hidden')[0]!),
    ],
  }
}

function boltzmann(run: Run): Numbers {
  const W = entries(run, 'w', 30)
  const free = (v: Vector): number =>
    0.3 * sum(v) - sum(times(W, v).map((value) => Math.log1p(Math.exp(0.2 + value))))
  const hidden = (v: Vector): number[] => times(W, v).map((value) => sigmoid(0.2 + value))
  let v = [...run.start.read('v')].map(sigmoid)
  const first = free(v)
  for (let n = 0; n < 50; n++) v = times(transposed(W), hidden(v)).map((value) => sigmoid(value - 0.3))
  const entropy = (probabilities: Vector): number =>
    -sum(probabilities.map((p) => p * Math.log(p) + (1 - p) * Math.log1p(-p)))
  const freeOf = (reference: Reference): number =>
    total(reference) + entropy([...reference.activations('v')[0]!])
  return {
    'free energy of the query': [first, freeOf(run.start)],
    'free energy at the end': [free(v), freeOf(run.end)],
    'mean of v at the end': [sum(v) / 30, sum(run.end.activations('v')[0]!) / 30],
  }
}

function jansenRit(run: Run): Numbers {
  const [te, ti, e0, v0, r0, A, B, C, p, dt] = [0.01, 0.02, 5, 6, 0.56, 3.25, 22, 135, 220, 1e-4]
  const rate = (v: number): number => e0 / (1 + Math.exp(r0 * (v0 - v)))
  let [y0, y1, y2, y3, y4, y5] = [0, 0, 0, 0, 0, 0]
  const voltages = [0]
  for (let n = 0; n < 10000; n++) {
    const a3 = (A * rate(y1 - y2) - 2 * y3 - y0 / te) / te
    const a4 = (A * (p + 0.8 * C * rate(C * y0)) - 2 * y4 - y1 / te) / te
    const a5 = (B * 0.25 * C * rate(0.25 * C * y0) - 2 * y5 - y2 / ti) / ti
    ;[y0, y1, y2] = [y0 + dt * y3, y1 + dt * y4, y2 + dt * y5]
    ;[y3, y4, y5] = [y3 + dt * a3, y4 + dt * a4, y5 + dt * a5]
    voltages.push(y1 - y2)
  }
  const reference = createReference(run.model)
  const found = [0]
  for (let n = 0; n < 10000; n++) {
    reference.step()
    found.push(reference.read('excitatory')[1]! - reference.read('inhibitory')[0]!)
  }
  const late = (values: Vector): Vector => values.slice(5000)
  const crossings = (values: Vector): number => {
    const middle = (Math.max(...values) + Math.min(...values)) / 2
    return values.filter((value, i) => i > 0 && value >= middle && values[i - 1]! < middle).length
  }
  return {
    'y1 - y2 after 1 s, mV': [voltages.at(-1)!, found.at(-1)!],
    'lowest y1 - y2 of the second half, mV': [Math.min(...late(voltages)), Math.min(...late(found))],
    'highest, mV': [Math.max(...late(voltages)), Math.max(...late(found))],
    'cycles of the second half': [crossings(late(voltages)), crossings(late(found))],
  }
}

function ornsteinUhlenbeck(run: Run): Numbers {
  const all: Record<string, readonly [number, number]> = {}
  for (const [layer, tau, variance] of [
    ['slow', 1, 0.1 ** 2],
    ['fast', 0.1, 0.31622 ** 2],
  ] as const) {
    const left = 1 - 0.01 / tau
    const values = [...run.end.read(layer)]
    const mean = sum(values) / values.length
    const spread = sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1)
    all[`mean, tau = ${tau}`] = [left ** 100, mean]
    all[`variance, tau = ${tau}`] = [(variance * (1 - left ** 200)) / (1 - 0.01 / (2 * tau)), spread]
  }
  return all
}

/** By the headings of the page. */
const SECTIONS: Readonly<Record<string, (run: Run) => Numbers>> = {
  'HAMUX: the network with four layers': hamux,
  'Dense storage: the classical network': classical,
  'Dense storage: the dense associative memory': denseAssociative,
  'Energy Transformer: one block': energyTransformer,
  'Diffusion as memory: the spurious pattern': diffusion,
  'Distributed memory: descent of the exact energy': distributed,
  'hopfield-energy: Hopfield': hopfield,
  'hopfield-energy: dense Hopfield': denseHopfield,
  'hopfield-energy: restricted Boltzmann machine': boltzmann,
  'Brian2: the rate model of Jansen and Rit': jansenRit,
  'Brian2: the process of Ornstein and Uhlenbeck': ornsteinUhlenbeck,
}

/** How far numbers of a sample of 4000 may be from those of the equation: four standard errors. All others are alike as printed. */
const SAMPLED: Readonly<Record<string, number>> = {
  'mean, tau = 1': 4 * Math.sqrt(0.0087 / 4000),
  'mean, tau = 0.1': 4 * Math.sqrt(0.1053 / 4000),
  'variance, tau = 1': 4 * 0.0087 * Math.sqrt(2 / 4000),
  'variance, tau = 0.1': 4 * 0.1053 * Math.sqrt(2 / 4000),
}

const sections = readFileSync('docs/gallery.md', 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ heading: text.slice(0, text.indexOf('\n')), text }))
  .filter(({ text }) => text.includes('```json'))

async function runOf(text: string): Promise<Run> {
  const json = /```json\n([^]*?)```/.exec(text)![1]!
  const read = (path: string): never => {
    throw new Error(`${path}: scenarios of the gallery read no file`)
  }
  const model = await loadModel(json, { file: 'docs/gallery.md', read })
  let end: Reference | undefined
  return {
    model,
    start: createReference(model),
    get end() {
      if (end === undefined) {
        end = createReference(model)
        end.step(model.time.ticks)
      }
      return end
    },
  }
}

/** The rows of a table: name, number of the original, number of engram, as they are printed. */
const printed = (text: string): (readonly [string, string, string])[] =>
  [...text.matchAll(/^\| (.+?) +\| +(-?[\d.]+) +\| +(-?[\d.]+) +\|$/gm)].map((row) => [
    row[1]!,
    row[2]!,
    row[3]!,
  ])

const decimals = (number: string): number => (number.split('.')[1] ?? '').length

test('every section with a scenario has its original here', () => {
  expect(sections.map(({ heading }) => heading)).toEqual(Object.keys(SECTIONS))
})

describe.each(sections)('$heading', ({ heading, text }) => {
  test('both columns of the table are what the two programs give, to the digits that are printed, and they agree', async () => {
    const numbers = SECTIONS[heading]!(await runOf(text))
    const rows = printed(text)
    expect(rows.map(([name]) => name)).toEqual(Object.keys(numbers))
    for (const [name, original, engram] of rows) {
      for (const [column, shown] of [original, engram].entries()) {
        const value = numbers[name]![column]!
        const error = Math.abs(value - Number(shown)) * 10 ** decimals(shown)
        expect(error, `${name}: ${value}, the page has ${shown}`).toBeLessThan(0.51)
      }
      const apart = Math.abs(Number(original) - Number(engram))
      expect(apart, name).toBeLessThanOrEqual(SAMPLED[name] ?? 0)
    }
  })
})
