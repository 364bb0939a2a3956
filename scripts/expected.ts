/**
 * Expected numbers of reproductions that no formula gives, from plain loops in float64. Nothing here is of the simulator: neither
 * its random numbers nor its steps.
 */

/** xorshift128+ in 32-bit words, seeded by splitmix. */
function generator(seed: number): { uniform(): number; sign(): number; normal(): number } {
  let [a, b, c, d] = [seed | 0, 0x9e3779b9, 0x243f6a88, 0xb7e15162]
  const word = (): number => {
    const t = a ^ (a << 11)
    ;[a, b, c] = [b, c, d]
    d = d ^ (d >>> 19) ^ t ^ (t >>> 8)
    return d >>> 0
  }
  for (let k = 0; k < 32; k++) word()
  const uniform = (): number => (word() + 0.5) / 2 ** 32
  return {
    uniform,
    sign: () => (word() >>> 31 === 0 ? 1 : -1),
    normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  }
}

interface Network {
  readonly N: number
  readonly P: number
  /** [P][N] */
  readonly xi: Float64Array
}

type Random = ReturnType<typeof generator>

function networkOf(N: number, P: number, random: Random): Network {
  return { N, P, xi: Float64Array.from({ length: N * P }, () => random.sign()) }
}

/** Xi^T Xi g / N less its diagonal, P g / N, if `hollow`. */
function field({ N, P, xi }: Network, g: Float64Array, hollow: boolean): Float64Array {
  const sum = new Float64Array(N)
  for (let mu = 0; mu < P; mu++) {
    let m = 0
    for (let i = 0; i < N; i++) m += xi[mu * N + i]! * g[i]!
    m /= N
    for (let i = 0; i < N; i++) sum[i]! += m * xi[mu * N + i]!
  }
  if (hollow) for (let i = 0; i < N; i++) sum[i]! -= (P / N) * g[i]!
  return sum
}

function overlap({ N, xi }: Network, mu: number, g: Float64Array): number {
  let sum = 0
  for (let i = 0; i < N; i++) sum += xi[mu * N + i]! * g[i]!
  return sum / N
}

interface Hopfield {
  readonly N: number
  readonly load: number
  readonly gain: number
  /** Fraction of wrong signs in the cue. */
  readonly flipped?: number
  readonly duration: number
  readonly dt: number
  /** True = steps of 1 - exp(-dt / tau), which relax exactly for a constant input; absent = Euler steps of dt / tau. */
  readonly relaxes?: true
  /** kappa N and tau_W of tau_W dW/dt = J - W + kappa g g^T without diagonal. */
  readonly kappa?: number
  readonly tau?: number
}

/** dx/dt = -x + W tanh(gain x), from a cue near the first pattern of a new network; the overlap at the end. */
function recalled(hopfield: Hopfield, random: Random): number {
  return recalledIn(
    networkOf(hopfield.N, Math.round(hopfield.load * hopfield.N), random),
    0,
    hopfield,
    random,
  )
}

/** The same from a cue near one pattern of a network. */
function recalledIn(
  network: Network,
  cue: number,
  { N, gain, flipped = 0, duration, dt, relaxes, kappa = 0, tau = 1 }: Hopfield,
  random: Random,
): number {
  const x = network.xi.slice(cue * N, (cue + 1) * N)
  const wrong = Array.from({ length: N }, (_, i) => ({ i, at: random.uniform() })).sort((a, b) => a.at - b.at)
  for (const { i } of wrong.slice(0, Math.round(flipped * N))) x[i]! *= -1
  // W - J of the synapses; only the upper half is kept.
  const D = new Float64Array(kappa === 0 ? 0 : N * N)
  const rate = (ratio: number): number => (relaxes ? 1 - Math.exp(-ratio) : ratio)
  const [stay, learn] = [1 - rate(dt / tau), (rate(dt / tau) * kappa) / N]
  let g = x.map((value) => Math.tanh(gain * value))
  for (let step = 0; step < Math.round(duration / dt); step++) {
    const h = field(network, g, true)
    if (kappa !== 0)
      for (let i = 0; i < N; i++) {
        const [row, own] = [i * N, g[i]!]
        let sum = 0
        for (let j = i + 1; j < N; j++) {
          const w = D[row + j]!
          sum += w * g[j]!
          h[j]! += w * own
          D[row + j] = stay * w + learn * own * g[j]!
        }
        h[i]! += sum
      }
    for (let i = 0; i < N; i++) x[i]! += rate(dt) * (h[i]! - x[i]!)
    g = x.map((value) => Math.tanh(gain * value))
  }
  return overlap(network, cue, g)
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}

/** Standard deviation. */
function scatterOf(values: readonly number[]): number {
  const mean = meanOf(values)
  return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1))
}

/** Mean, its standard error and the scatter of networks, as text; of one network the mean alone. */
function told(values: readonly number[]): string {
  if (values.length === 1) return `${meanOf(values).toFixed(4)} (1 network)`
  const [mean, sd] = [meanOf(values), scatterOf(values)]
  return `${mean.toFixed(4)} +- ${(sd / Math.sqrt(values.length)).toFixed(4)} (networks scatter by ${sd.toFixed(4)}, ${values.length} networks)`
}

function many(count: number, one: (random: Random, network: number) => number): number[] {
  return Array.from({ length: count }, (_, network) => one(generator(1000 + 7919 * network), network))
}

function capacity(count: number): void {
  for (const load of [0.1, 0.12, 0.18])
    for (const gain of [10, 2.5, 1.25])
      print(
        `N 1500, gain ${gain}, load ${load}: overlap ${told(many(count, (random) => recalled({ N: 1500, load, gain, duration: 60, dt: 0.25 }, random)))}`,
      )
}

/**
 * Scatter of the mean of four cues of a network over that of single cues, with its standard error, a share 1 / sqrt(2 count). 1/2 if cues of
 * a network were independent.
 */
function fourCues(count: number): void {
  const fast = { N: 256, load: 0.2, gain: 3, duration: 40, dt: 0.1, kappa: 0.5 }
  const slow = { N: 256, load: 0.2, gain: 10, duration: 40, dt: 0.1, kappa: 1, flipped: 0.2 }
  const settings: Readonly<Record<string, Hopfield>> = {
    'fast-synapses, without': { ...fast, kappa: 0 },
    'fast-synapses, tau_W 1': { ...fast, tau: 1 },
    'fast-synapses, tau_W 10': { ...fast, tau: 10 },
    'fast-synapses, tau_W 30': { ...fast, tau: 30 },
    'synaptic-time, tau_W 4': { ...slow, tau: 4 },
    'synaptic-time, tau_W 64': { ...slow, tau: 64 },
  }
  for (const [name, hopfield] of Object.entries(settings)) {
    const single: number[] = []
    const means = many(count, (random) => {
      const network = networkOf(hopfield.N, Math.round(hopfield.load * hopfield.N), random)
      const cues = [0, 1, 2, 3].map((cue) => recalledIn(network, cue, hopfield, random))
      single.push(...cues)
      return meanOf(cues)
    })
    const ratio = scatterOf(means) / scatterOf(single)
    print(
      `${name}: ${ratio.toFixed(3)} +- ${(ratio / Math.sqrt(2 * count)).toFixed(3)} (single cues scatter by ${scatterOf(single).toFixed(4)}, ${count} networks)`,
    )
  }
}

/** The steps of the experiments: shorter ones lose some patterns more, since the way to rest is another. */
const STEPS = { duration: 40, dt: 0.4, relaxes: true } as const

/** Patterns at load .20 and gain 3 without and with synapses of kappa = .5/N, against tau_W. */
function fastSynapses(count: number, N: number): void {
  const usual = { ...STEPS, N, load: 0.2, gain: 3 }
  print(`N ${N}, without: overlap ${told(many(count, (random) => recalled(usual, random)))}`)
  for (const tau of [0.3, 1, 3, 10, 30])
    print(
      `N ${N}, tau_W ${tau}: overlap ${told(many(count, (random) => recalled({ ...usual, kappa: 0.5, tau }, random)))}`,
    )
}

/** Cues with a fifth of the signs wrong, load .20, gain 10 and kappa = 1/N, against tau_W. */
function synapticTime(count: number, N: number): void {
  const usual = { ...STEPS, N, load: 0.2, gain: 10, flipped: 0.2, kappa: 1 }
  for (const tau of [0.05, 0.5, 4, 16, 64, 128])
    print(
      `N ${N}, tau_W ${tau}: overlap ${told(many(count, (random) => recalled({ ...usual, tau }, random)))}`,
    )
}

/** dx/dt = -x + (g / sqrt alpha) Xi^T Xi tanh(x) / N from x = .9 g xi + noise; overlaps and E/N, means over all patterns. */
function transientRecall(count: number, dt: number, times: readonly number[]): void {
  const [N, P, g] = [200, 20, 1.2]
  const J = g / Math.sqrt(P / N)
  const overlaps: number[][] = times.map(() => [])
  const energies: number[][] = times.map(() => [])
  many(count, (random) => {
    const network = networkOf(N, P, random)
    const sums = times.map(() => [0, 0] as [number, number])
    for (let cue = 0; cue < P; cue++) {
      const a = 0.9 * g
      const x = Float64Array.from(
        { length: N },
        (_, i) => a * network.xi[cue * N + i]! + Math.sqrt(g * g - a * a) * random.normal(),
      )
      let next = 0
      for (let step = 0; next < times.length; step++) {
        const u = x.map(Math.tanh)
        const h = field(network, u, false)
        if (step === Math.round(times[next]! / dt)) {
          let energy = 0
          for (let i = 0; i < N; i++)
            energy += x[i]! * u[i]! - Math.log(Math.cosh(x[i]!)) - (J * u[i]! * h[i]!) / 2
          sums[next]![0] += overlap(network, cue, u) / P
          sums[next]![1] += energy / N / P
          next++
        }
        for (let i = 0; i < N; i++) x[i]! += dt * (J * h[i]! - x[i]!)
      }
    }
    sums.forEach(([m, e], k) => {
      overlaps[k]!.push(m)
      energies[k]!.push(e)
    })
    return 0
  })
  times.forEach((time, k) => {
    print(`dt ${dt}, t ${time}: overlap ${told(overlaps[k]!)}`)
    print(`dt ${dt}, t ${time}: E/N ${told(energies[k]!)}`)
  })
}

/** tau dW/dt = -W + k x x^T with signs x of random patterns, from k H of others; recall from cues with a fifth wrong. */
function pavlovian(count: number): void {
  const k = Math.tanh(1)
  for (const [N, K, tau] of [
    [100, 8, 100],
    [150, 8, 1000],
  ] as const) {
    // prettier-ignore
    const times = [0, 0.5, 1, 2, 4]
    const found: number[][] = times.map(() => [])
    const shares: number[] = []
    many(count, (random) => {
      const [old, fresh] = [networkOf(N, K, random), networkOf(N, K, random)]
      const coupling = ({ xi }: Network): Float64Array => {
        const H = new Float64Array(N * N)
        for (let mu = 0; mu < K; mu++)
          for (let i = 0; i < N; i++)
            for (let j = 0; j < N; j++) if (i !== j) H[i * N + j]! += (xi[mu * N + i]! * xi[mu * N + j]!) / K
        return H
      }
      const H = coupling(fresh)
      const W = coupling(old).map((value) => k * value)
      const distance = (): number =>
        W.reduce((sum, w, at) => sum + (w - k * H[at]!) ** 2, 0) / (N * (N - 1)) / k ** 2
      for (let t = 0, at = 0; at < times.length; t++) {
        if (t === times[at]! * tau) found[at++]!.push(distance())
        const mu = Math.floor(random.uniform() * K)
        for (let i = 0; i < N; i++)
          for (let j = 0; j < N; j++)
            if (i !== j)
              W[i * N + j]! += (k * fresh.xi[mu * N + i]! * fresh.xi[mu * N + j]! - W[i * N + j]!) / tau
      }
      let kept = 0
      for (let mu = 0; mu < K; mu++) {
        let s = fresh.xi.slice(mu * N, (mu + 1) * N)
        const order = Array.from({ length: N }, (_, i) => ({ i, at: random.uniform() })).sort(
          (a, b) => a.at - b.at,
        )
        for (const { i } of order.slice(0, N / 5)) s[i]! *= -1
        for (let step = 0; step < 5; step++)
          s = s.map((_, i) => Math.tanh(10 * s.reduce((sum, value, j) => sum + W[i * N + j]! * value, 0)))
        if (overlap(fresh, mu, s) > 0.95) kept++
      }
      shares.push(kept / K)
      return 0
    })
    times.forEach((time, at) => print(`N ${N}, tau_J ${tau}: distance at ${time} tau_J ${told(found[at]!)}`))
    print(`N ${N}, tau_J ${tau}: share recalled ${told(shares)}, in the best network ${Math.max(...shares)}`)
  }
}

/** log10 of |v - xi| / |xi| after one softmax update, patterns on the sphere of radius sqrt(d - 1), cue noise .1, beta 1. */
function softmaxRetrieval(count: number): void {
  const [d, cues] = [32, 100]
  for (const K of [10_000, 100_000])
    print(
      `K ${K}: mean log10 of the relative error ${told(
        many(count, (random) => {
          const xi = new Float64Array(K * d)
          for (let mu = 0; mu < K; mu++) {
            let size = 0
            for (let i = 0; i < d; i++) size += (xi[mu * d + i] = random.normal()) ** 2
            for (let i = 0; i < d; i++) xi[mu * d + i]! *= Math.sqrt((d - 1) / size)
          }
          let sum = 0
          for (let cue = 0; cue < cues; cue++) {
            const v = Float64Array.from({ length: d }, (_, i) => xi[cue * d + i]! + 0.1 * random.normal())
            const dots = Float64Array.from({ length: K }, (_, mu) => {
              let dot = 0
              for (let i = 0; i < d; i++) dot += xi[mu * d + i]! * v[i]!
              return dot
            })
            const top = dots.reduce((a, b) => Math.max(a, b))
            const weights = dots.map((dot) => Math.exp(dot - top))
            const total = weights.reduce((a, b) => a + b)
            const apart = new Float64Array(d)
            for (let mu = 0; mu < K; mu++)
              for (let i = 0; i < d; i++)
                apart[i]! += (weights[mu]! / total) * (xi[mu * d + i]! - xi[cue * d + i]!)
            sum += Math.log10(Math.sqrt(apart.reduce((a, b) => a + b * b, 0) / (d - 1)))
          }
          return sum / cues
        }),
      )}`,
    )
}

const TRANSIENT = [0, 0.5, 1, 1.5, 2, 3, 4]

interface Program {
  readonly run: (count: number) => void
  readonly count: number
  /** Fewest networks; absent: 1. */
  readonly least?: number
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  capacity: { run: capacity, count: 40 },
  'fast-synapses': { run: (count) => fastSynapses(count, 256), count: 400 },
  'fast-synapses-1000': { run: (count) => fastSynapses(count, 1000), count: 100 },
  'fast-synapses-1200': { run: (count) => fastSynapses(count, 1200), count: 40 },
  'four-cues': { run: fourCues, count: 200, least: 2 },
  'synaptic-time': { run: (count) => synapticTime(count, 256), count: 400 },
  'synaptic-time-600': { run: (count) => synapticTime(count, 600), count: 100 },
  'transient-recall': {
    run(count) {
      transientRecall(count, 0.1, [...TRANSIENT, 20])
      transientRecall(count, 0.02, TRANSIENT)
    },
    count: 1000,
  },
  'transient-recall-100': { run: (count) => transientRecall(count, 0.1, [100]), count: 1000 },
  pavlovian: { run: pavlovian, count: 100 },
  'softmax-retrieval': { run: softmaxRetrieval, count: 20 },
}

/** @param args - a name, and the number of networks */
export function expectedCommand([name = '', count]: readonly string[]): number {
  const program = PROGRAMS[name]
  if (program === undefined) {
    process.stderr.write(
      `name one of ${Object.keys(PROGRAMS).join(', ')}, and optionally a number of networks\n`,
    )
    return 2
  }
  const networks = count === undefined ? program.count : Number(count)
  if (!Number.isInteger(networks) || networks < (program.least ?? 1)) {
    process.stderr.write(
      `the number of networks must be a whole number from ${program.least ?? 1}, not ${count}; leave it out\n`,
    )
    return 2
  }
  program.run(networks)
  return 0
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
