/** Checks that the total energy does not rise where it must not (docs/theory.md, "Energy, and why it falls"). */
import { groupsOf } from '../model/couplings.ts'
import { lagrangianFacts } from '../kinds/lagrangians/table.ts'
import { updateFacts } from '../kinds/updates/table.ts'
import { measureOf } from '../kinds/probes/table.ts'
import { risesOf } from '../model/energy.ts'
import type { Layer, Model } from '../model/model.ts'
import { longestTau } from '../model/neuron-values.ts'
import { largestStep } from '../model/steps.ts'
import type { Sample } from './series.ts'

export interface EnergyGuard {
  /** Checks one sample of an energy or a speed; `quietSince` = tick since which stimulus and parameters are constant. */
  observe(sample: Sample, quietSince: number): void
  /** One line about a rise, and one about an oscillation, if there were any. */
  warnings(): readonly string[]
}

/**
 * A rise below this fraction of the sum of the sizes of all terms is rounding: the terms are float32 sums with
 * an error of about 2^-23 times the root of their length.
 */
const ROUNDING = 1e-5

/** Terms below this are rounded to few digits, or to 0. */
const LEAST = 1e-36

/**
 * The largest change of a number, such as an energy, that may be rounding.
 * @param size - of the number, or the sum of the sizes of its terms
 */
export function roundingOf(size: number): number {
  return ROUNDING * size + LEAST
}

/**
 * A layer oscillates if it moves for this number of time constants while the energy is constant, in each by at
 * least this fraction of the root of the energy per neuron. The exact flow would lower the energy or come to
 * rest.
 */
const RESTLESS = { times: 5, part: 0.01 }

/** The remedy: the step from the check before the run, or a guess if this check accepts the present step. */
function smallerStep(model: Model): string {
  const { dt } = model.time
  const largest = largestStep(model)
  if (largest !== undefined) return `use a smaller time.dt than ${dt}: ${largest} at most`
  const taus = groupsOf(model).flatMap(({ tau = 0 }) => (tau > 0 ? [tau] : []))
  const fine = 0.1 * Math.min(...taus)
  return `use a smaller time.dt than ${dt}, such as ${Number(Math.min(fine, dt / 2).toPrecision(3))}`
}

/** The same energy, or a speed that has not halved, from tick `since` to tick `until`. */
interface Span {
  readonly since: number
  readonly until: number
}

/**
 * True for a layer that may move for long at constant energy: below a jump of its activation, or one neuron at a
 * time.
 */
function isPatient({ lagrangian, update }: Layer): boolean {
  return lagrangianFacts(lagrangian).withoutHessian !== undefined || !updateFacts(update).movesAll
}

/** Creates the guard of a run. */
export function createEnergyGuard(initial: Model, model: () => Model): EnergyGuard {
  const last = new Map<number, Span & { readonly energy: number; readonly scale: number }>()
  const fast = new Map<string, Span & { readonly top: number }>()
  let rise: { tick: number; size: number; replica: number; count: number; remedy: string } | undefined
  let flip: { layer: string; tick: number; replica: number; remedy: string } | undefined

  const observeEnergy = ({ terms, tick, value }: Sample, quietSince: number): void => {
    if (terms === undefined) return
    const count = terms.length / value.length
    value.forEach((energy, replica) => {
      const before = last.get(replica)
      let scale = 0
      for (let term = 0; term < count; term++) scale += Math.abs(terms[replica * count + term] as number)
      const isQuiet = before !== undefined && before.until >= quietSince
      const size = isQuiet ? energy - before.energy : 0
      const isFlat = isQuiet && Math.abs(size) <= ROUNDING * scale
      last.set(replica, { since: isFlat ? before.since : tick, until: tick, energy, scale })
      if (!(size > roundingOf(scale))) return
      rise ??= { tick, size, replica, count: 0, remedy: smallerStep(model()) }
      rise.count++
    })
  }

  const observeSpeed = ({ probe, tick, value }: Sample, quietSince: number, name: string): void => {
    value.forEach((speed, replica) => {
      const whole = model()
      const point = whole.variation?.points[Math.floor(replica / whole.variation.repetitions)] ?? whole
      const layer = point.layers.find((one) => one.name === name)
      const energy = last.get(replica)
      if (layer === undefined || energy === undefined || isPatient(layer)) return
      const key = `${replica} ${probe}`
      const before = fast.get(key)
      const goesOn = before !== undefined && before.until >= quietSince && speed > before.top / 2
      const { since } = goesOn ? before : { since: tick }
      fast.set(key, { since, until: tick, top: Math.max(goesOn ? before.top : 0, speed) })
      const ticks = Math.min(tick, energy.until) - Math.max(since, energy.since)
      const isLong = ticks >= 4 * layer.every && ticks * point.time.dt >= RESTLESS.times * longestTau(layer)
      const isFast = speed * layer.tau > RESTLESS.part * Math.sqrt(energy.scale / layer.size)
      if (isLong && isFast) flip ??= { layer: name, tick, replica, remedy: smallerStep(whole) }
    })
  }

  const where = (replica: number): string => (initial.replicas > 1 ? ` in replica ${replica}` : '')
  return {
    observe(sample, quietSince) {
      const probe = model().probes.find(({ name }) => name === sample.probe)
      if (risesOf(model()).length > 0) {
        last.clear()
        fast.clear()
        return
      }
      const watched = probe === undefined ? 'nothing' : (measureOf(probe.kind)?.guard(probe) ?? 'nothing')
      if (watched === 'nothing') return
      if (watched === 'descent') observeEnergy(sample, quietSince)
      else observeSpeed(sample, quietSince, watched.speedOf)
    },
    warnings() {
      const lines: string[] = []
      if (rise !== undefined) {
        const more = rise.count > 1 ? `, and in ${rise.count - 1} more samples` : ''
        lines.push(
          `the energy rose by ${rise.size.toPrecision(3)} at tick ${rise.tick}${where(rise.replica)}${more}, which the exact dynamics ` +
            `cannot do; ${rise.remedy}`,
        )
      }
      if (flip !== undefined) {
        lines.push(
          `the energy neither falls nor rests at tick ${flip.tick}${where(flip.replica)}: neurons.${flip.layer} oscillates, which the ` +
            `exact dynamics cannot do; ${flip.remedy}`,
        )
      }
      return lines
    },
  }
}
