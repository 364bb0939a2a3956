/** Patterns that lie densely on a circle: below a temperature the minima of the energy form another ring. */
import type { Chart } from '../analysis/chart.ts'
import { mean } from '../analysis/statistics.ts'
import type { ScenarioInput } from '../model/schema.ts'
import type { Simulation } from '../run/simulation.ts'
import { upTo } from './error-free.ts'
import { type Check, type Reproduction, type Stated, atMost, measuredPoints, near } from './reproduction.ts'

/** Patterns on the circle, and starts, at other angles and of other lengths than the patterns. */
const [PATTERNS, STARTS] = [100, 7]

/** Inverse temperatures b; two below the transition at 1. */
const TEMPERATURES = { quick: [0.5, 0.8, 1.1, 1.5, 2, 5], full: [0.5, 0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3, 4, 5, 7, 10] } // prettier-ignore

function scenario(b: readonly number[], ticks: number, factor: number): ScenarioInput {
  const onCircle = (count: number, radius: (k: number) => number): number[][] =>
    Array.from({ length: count }, (_, k) => {
      const angle = (2 * Math.PI * k) / count
      return [radius(k) * Math.cos(angle), radius(k) * Math.sin(angle)]
    })
  return {
    version: 1,
    name: 'A ring of patterns',
    description: `${PATTERNS} patterns on the unit circle; the state goes to the radius at which the energy is least.`,
    time: { dt: 0.5, ticks, integrator: 'euler' },
    neurons: {
      visible: {
        size: 2,
        lagrangian: { kind: 'linear' },
        init: { kind: 'values', values: onCircle(STARTS, (k) => 0.3 + 0.2 * k) },
      },
      hidden: { size: PATTERNS, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
    },
    memories: {
      xi: {
        from: 'visible',
        to: 'hidden',
        inputOffset: 'half-norm',
        init: { kind: 'values', values: onCircle(PATTERNS, () => 1) },
      },
    },
    replicas: {
      count: b.length * STARTS,
      vary: { 'neurons.hidden.lagrangian.beta': { values: b.map((value) => factor * value) } },
    },
  }
}

const RADIUS: Stated = { kind: 'theory', equations: 'R = I1(2 b R) / I0(2 b R) of arXiv:2505.21777' }

/** The minima of the energy for patterns that are dense on a circle. */
export const patternRing: Reproduction = {
  id: 'pattern-ring',
  title: 'From single patterns to a ring of minima',
  citation: 'Pham et al., arXiv:2505.21777',
  claim:
    'For patterns dense on the unit circle, E = -(1/b) log sum exp(-b |v - xi|^2) is least at the radius R = I1(2 b R) / I0(2 b R). The radius is 0 up to ' +
    'b = 1, then .413, .724, .831, .946 at b = 1.1, 1.5, 2, 5. This holds in every direction, between the patterns too.',
  method:
    `${PATTERNS} patterns, ${STARTS} starts for each b, from inside and outside of the circle; steps of half of tau. ` +
    'beta = 2 b with the half-norm offset. The radius is solved for in float64 and compared within 1e-4, and so is the difference of the ' +
    'longest and the shortest. At this number of patterns the sum is an integral to more digits than float32 has.',
  duration: { quick: '1 s', full: '1 s' },
  constants: { factor: 2 },
  wrong: { constant: 'factor', value: 1.9 },
  unaffected: [
    {
      constants: ['time.dt'],
      only: 'doubled',
      why: 'a step of length tau is the update, which always descends; longer steps are refused',
    },
    { constants: ['time.ticks'], only: 'doubled', why: 'the states rest in the minima' },
    {
      constants: ['neurons.hidden.size'],
      only: 'doubled',
      why: 'each pattern is there twice, and the softmax gives a pair the weight of one: no factor fails',
    },
    {
      constants: ['neurons.visible.init.values'],
      why: 'the starts lie at other radii and go to the same minimum. With 0.5 to 16 times the radii all ends of a b differ by less than 2e-6',
    },
  ],
  async measure(lab, size) {
    const b = TEMPERATURES[size]
    const expected = b.map(radiusOf)
    const x = Array.from({ length: 101 }, (_, k) => 0.4 * 25 ** (k / 100))
    let found: number[][] = []
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'inverse temperature b', scale: 'log', domain: [0.4, 11] },
      y: { label: 'radius of the minimum', domain: [-0.05, 1.05] },
      marks: [
        { kind: 'line', x, y: x.map(radiusOf), label: 'R = I1(2bR) / I0(2bR)', colour: 1 },
        measuredPoints(
          b,
          found.map((radii) => ({ mean: mean(radii), half: NaN, count: 1 })),
          'measured',
        ),
      ],
    })
    lab.progress(0, chart())
    // Nearest to the transition a step leaves 0.9 of the distance, at full size 0.95.
    const ticks = { quick: 150, full: 300 }[size]
    found = await lab.run('pattern-ring', scenario(b, ticks, lab.constants.factor!), radii)
    const spread = found.map((own) => Math.max(...own) - Math.min(...own))
    return {
      checks: [
        ...b.map((value, index): Check =>
          near(`b = ${value}: radius`, expected[index]!, mean(found[index]!), 1e-4, RADIUS),
        ),
        atMost('largest difference between directions', 1e-4, Math.max(...spread), RADIUS),
      ],
      chart: chart(),
    }
  },
}

/** |v| of every start, by temperature. */
async function radii(simulation: Simulation): Promise<number[][]> {
  const { data } = await simulation.read('visible')
  const { size } = simulation.model.layers[0]!
  const all = upTo(data.length / size).map((r) => Math.hypot(...data.subarray(r * size, (r + 1) * size)))
  return Array.from({ length: all.length / STARTS }, (_, k) => all.slice(k * STARTS, (k + 1) * STARTS))
}

/** The largest R = I1(2 b R) / I0(2 b R), by bisection: the ratio is concave in R, so that it is above R below the root. */
function radiusOf(b: number): number {
  if (b <= 1) return 0
  let [low, high] = [1e-9, 1]
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2
    if (besselRatio(2 * b * middle) > middle) low = middle
    else high = middle
  }
  return low
}

/** I1(x) / I0(x) by their series in x/2. */
function besselRatio(x: number): number {
  let [term, zero, one] = [1, 0, 0]
  for (let k = 0; term > 1e-17 * zero; k++) {
    zero += term
    one += (term * x) / 2 / (k + 1)
    term *= (x / 2) ** 2 / (k + 1) ** 2
  }
  return one / zero
}
