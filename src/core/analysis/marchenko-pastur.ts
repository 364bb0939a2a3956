/**
 * The law of Marchenko and Pastur: the spectrum of J = Xi^T Xi / N_h for independent entries of unit variance, as
 * N_v and N_h grow with q = N_v / N_h fixed.
 * @see Marchenko, Pastur (1967); docs/theory.md, "Hyperbolicity and spectra"
 */
export interface MarchenkoPastur {
  /** [(1 - sqrt q)^2, (1 + sqrt q)^2], where all eigenvalues but those at 0 lie. */
  readonly edges: readonly [number, number]
  /** Share of the eigenvalues at 0: 1 - 1/q for q > 1, else 0. */
  readonly massAtZero: number
  /** Density of the part between the edges, at any real number. */
  readonly density: (eigenvalue: number) => number
  /** Share of the eigenvalues up to a number, those at 0 included. */
  readonly cumulative: (eigenvalue: number) => number
}

/** Intervals of the cumulative sum; the rule of Simpson is exact to 1e-9 on them. */
const INTERVALS = 2048

/**
 * The law for one shape.
 * @param q - N_v / N_h, > 0
 */
export function marchenkoPastur(q: number): MarchenkoPastur {
  const edges = [(1 - Math.sqrt(q)) ** 2, (1 + Math.sqrt(q)) ** 2] as const
  const [low, high] = edges
  const [middle, half] = [(low + high) / 2, (high - low) / 2]
  const massAtZero = Math.max(0, 1 - 1 / q)

  const density = (eigenvalue: number): number =>
    eigenvalue <= low || eigenvalue >= high
      ? 0
      : Math.sqrt((high - eigenvalue) * (eigenvalue - low)) / (2 * Math.PI * q * eigenvalue)

  // With lambda = middle - half cos(angle) the integrand has no root and no pole, not even at q = 1.
  const integrand = (angle: number): number => {
    const eigenvalue = middle - half * Math.cos(angle)
    const share = angle === 0 && q === 1 ? 2 * half : (half * Math.sin(angle)) ** 2 / eigenvalue
    return share / (2 * Math.PI * q)
  }
  const step = Math.PI / INTERVALS
  const sums = new Float64Array(INTERVALS + 1)
  for (let index = 0; index < INTERVALS; index++) {
    const angle = index * step
    const area = integrand(angle) + 4 * integrand(angle + step / 2) + integrand(angle + step)
    sums[index + 1] = (sums[index] as number) + (area * step) / 6
  }

  const cumulative = (eigenvalue: number): number => {
    if (eigenvalue < 0) return 0
    if (eigenvalue <= low) return massAtZero
    if (eigenvalue >= high) return 1
    const place = Math.acos((middle - eigenvalue) / half) / step
    const index = Math.min(INTERVALS - 1, Math.floor(place))
    const [before, after] = [sums[index] as number, sums[index + 1] as number]
    return massAtZero + before + (place - index) * (after - before)
  }
  return { edges, massAtZero, density, cumulative }
}

/**
 * Distance of Kolmogorov between numbers and a law: the largest difference of the two cumulative shares.
 * @param sorted - ascending, at least one
 * @param tolerance - numbers this close to each other count as equal, such as eigenvalues that are 0 but for rounding
 */
export function kolmogorovDistance(
  sorted: ArrayLike<number>,
  cumulative: (value: number) => number,
  tolerance = 0,
): number {
  const count = sorted.length
  let distance = 0
  for (let first = 0; first < count;) {
    const value = sorted[first] as number
    let next = first + 1
    while (next < count && (sorted[next] as number) - value <= tolerance) next++
    const before = cumulative(value - tolerance - Number.MIN_VALUE)
    const after = cumulative((sorted[next - 1] as number) + tolerance)
    distance = Math.max(distance, Math.abs(first / count - before), Math.abs(next / count - after))
    first = next
  }
  return distance
}
