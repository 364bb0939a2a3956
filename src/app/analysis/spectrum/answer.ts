/** Spectra for the panel: whole ones up to a few hundred neurons, the ends of larger ones. */
import { createFlow } from '../../../core/analysis/flow.ts'
import { stabilityAt, stabilityEnds } from '../../../core/analysis/jacobian.ts'
import { type Ends, lanczos } from '../../../core/analysis/lanczos.ts'
import { histogramOf, lawCurve, spanOf } from '../../../core/analysis/spectrum-chart.ts'
import {
  type StretchedLaw,
  reportCoupling,
  stretchedLaw,
  symmetricSpectrum,
} from '../../../core/analysis/spectrum.ts'
import { times, transposeTimes } from '../../../core/math/algebra.ts'
import type { Answer, Question } from './question.ts'

/** The most neurons for which a whole spectrum takes less than 1 s. */
const WHOLE_LIMIT = 400
/** Number of eigenvalues at each end. */
const ENDS = 6

/** The requested spectrum with its law. */
export async function answer(question: Question): Promise<Answer> {
  if (question.of === 'memory') return memoryAnswer(question)
  if (question.of === 'synapse') {
    const { size, w } = question
    if (size <= WHOLE_LIMIT) return shown(symmetricSpectrum(size, w), true)
    const W = Float64Array.from(w)
    return shown(valuesOf(await lanczos(size, (x) => Promise.resolve(times(W, x)), { count: ENDS })), false)
  }
  return flowAnswer(question)
}

async function memoryAnswer({ xi }: Extract<Question, { of: 'memory' }>): Promise<Answer> {
  const law = stretchedLaw(xi)
  const { rows, columns } = xi
  if (Math.min(rows, columns) <= WHOLE_LIMIT) {
    const { spectrum, kolmogorov } = reportCoupling(xi)
    return shown(spectrum, true, law, kolmogorov)
  }
  const matrix = Float64Array.from(xi.data)
  const product = (x: Float64Array): Promise<Float64Array> =>
    Promise.resolve(transposeTimes(matrix, times(matrix, x)).map((value) => value / rows))
  return shown(valuesOf(await lanczos(columns, product, { count: ENDS })), false, law)
}

async function flowAnswer({ model, moment }: Extract<Question, { of: 'flow' }>): Promise<Answer> {
  const size = model.layers.reduce((sum, layer) => sum + (layer.tau > 0 ? layer.size : 0), 0)
  if (size <= WHOLE_LIMIT) {
    const { spectrum, stableDimension, margin, hyperbolic } = stabilityAt(model, moment)
    const stability = { unstable: size - stableDimension, margin, hyperbolic }
    return { ...shown(spectrum, true), stability }
  }
  const flow = createFlow(model, moment)
  const states = new Map(model.layers.map(({ name }) => [name, Float64Array.from(moment[name] ?? [])]))
  const { ends, unstable, margin, hyperbolic } = await stabilityEnds(
    flow,
    flow.taken(states),
    flow.tangent(states),
    ENDS,
  )
  const stability = {
    ...(unstable === undefined ? {} : { unstable }),
    ...(margin === undefined ? {} : { margin }),
    ...(hyperbolic === undefined ? {} : { hyperbolic }),
  }
  return { ...shown(valuesOf(ends), false), stability }
}

function valuesOf({ lowest, highest }: Ends): Float64Array {
  return Float64Array.from([...lowest.values, ...highest.values.toReversed()])
}

function shown(eigenvalues: Float64Array, isWhole: boolean, law?: StretchedLaw, distance?: number): Answer {
  const span = spanOf(eigenvalues, law)
  return {
    eigenvalues,
    span,
    ...(isWhole ? { histogram: histogramOf(eigenvalues, ...span) } : {}),
    ...(law === undefined
      ? {}
      : {
          law: {
            ...lawCurve(law),
            zeros: law.zeros,
            edges: law.edges,
            ...(distance === undefined ? {} : { distance }),
          },
        }),
  }
}
