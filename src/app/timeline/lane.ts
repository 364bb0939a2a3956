/** The kinds of lanes: of a stimulus, of a group, of the probes, of the drawing. */
import type { Model } from '../../core/model/model.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import { assign } from '../assign.ts'
import { format3 } from '../format.ts'
import type { Stage } from '../views/stage.ts'
import { type Kind, describe, isFixed, itemOf } from './groups.ts'
import { type Frame, drawReach, drawShowings, drawUpdates } from './marks.ts'
import { createRow, createSlider, note, showTime } from './row.ts'
import type { Era } from './schedule.ts'

/** Milliseconds between two readings of rates and times. */
export const TELL_INTERVAL = 500

/** A line of the time scales. */
export interface Lane {
  readonly element: HTMLElement
  readonly canvas: HTMLCanvasElement
  readonly draw: (context: CanvasRenderingContext2D, frame: Frame) => void
  /** Shows parameters, rate and GPU time. */
  tell(rate: number, times: ReadonlyMap<string, number>, total: number): void
}

/**
 * @param eras - history of the divider
 * @param set - changes a parameter
 */
export function groupLane(
  simulation: Simulation,
  kind: Kind,
  name: string,
  eras: () => readonly Era[],
  set: (path: string, value: number) => void,
): Lane {
  const item = (): ReturnType<typeof itemOf> => itemOf(simulation.model, kind, name)
  const { tau, own } = item()
  const moves = tau !== undefined && tau > 0 && !isFixed(simulation.model, name)
  const isAdiabatic = kind === 'neurons' && tau === 0
  const row = createRow(kind, name)
  const tauSlider = moves
    ? createSlider(own?.tau === undefined ? 'tau' : 'tau scale', `${name}: tau`, true)
    : undefined
  const everySlider = moves ? createSlider('every', `${name}: every`, false) : undefined
  // Time constants of single neurons change together, by their scale.
  const tauPath = `${kind}.${name}.tau${own?.tau === undefined ? '' : '.scale'}`
  tauSlider?.listen((value) => set(tauPath, value))
  everySlider?.listen((value) => set(`${kind}.${name}.every`, value))
  row.sliders.append(
    ...(tauSlider && everySlider
      ? [tauSlider.element, everySlider.element]
      : [note(isAdiabatic ? 'every tick, τ = 0' : 'does not change')]),
  )
  return {
    element: row.element,
    canvas: row.canvas,
    draw(context, frame) {
      if (isAdiabatic || moves) {
        const { tau: now = 0 } = item()
        if (moves) drawReach(context, frame, frame.colour(`--${kind}`), now / simulation.model.time.dt)
        drawUpdates(context, frame, frame.colour(`--${kind}`), eras())
      }
    },
    tell(rate, gpu, total) {
      const { tau: now = 0, every: divider, own: differing } = item()
      tauSlider?.show(differing?.tau?.scale ?? now)
      everySlider?.show(divider)
      const step = (simulation.model.time.dt * divider) / now
      assign(row.ratio, { textContent: moves ? `step/τ ${format3(step)}` : '' })
      const perSecond = rate > 0 ? format3(rate / (isAdiabatic ? 1 : divider)) : '–'
      assign(row.rate, { textContent: moves || isAdiabatic ? `${perSecond}/s` : '' })
      showTime(row, gpu.get(`${kind}.${name}`), total)
    },
  }
}

export function stimulusLane(simulation: Simulation, index: number): Lane {
  const item = simulation.model.stimulus[index] as Model['stimulus'][number]
  const row = createRow('stimulus', `${item.kind} → ${item.layer}`)
  row.sliders.append(note(describe(item)))
  return {
    element: row.element,
    canvas: row.canvas,
    draw: (context, frame) => drawShowings(context, frame, item, index, simulation.model.seed),
    tell(_, gpu, total) {
      if (index === 0) showTime(row, gpu.get('stimulus.'), total)
    },
  }
}

export function probeLane({ probes }: Model): Lane {
  const row = createRow('probes', 'probes')
  row.sliders.append(note(probes.map(({ name, every }) => `${name} every ${every}`).join(', ')))
  return {
    element: row.element,
    canvas: row.canvas,
    draw(context, frame) {
      probes.forEach(({ every }, index) => {
        const height = frame.height / probes.length
        // A sample after tick t coincides with an update of the same divider.
        drawUpdates(
          context,
          { ...frame, height: height - 1 },
          frame.colour('--muted'),
          [{ tick: 0, every }],
          index * height,
        )
      })
    },
    tell: (_, gpu, total) => showTime(row, gpu.get('probes.'), total),
  }
}

/** @param time - microseconds on the GPU to draw all pictures once */
export function drawingLane(stage: Pick<Stage, 'draws' | 'visible'>, time: () => number | undefined): Lane {
  const row = createRow('drawing', 'drawing')
  row.sliders.append(note('all pictures, each time they are drawn'))
  row.time.title = 'Mean time on the GPU to draw all pictures once'
  let counted = { draws: stage.draws, at: performance.now() }
  let frequency = 0
  return {
    element: row.element,
    canvas: row.canvas,
    draw: () => undefined,
    tell(rate) {
      const { draws } = stage
      const at = performance.now()
      if (at - counted.at >= TELL_INTERVAL) {
        frequency = ((draws - counted.draws) / (at - counted.at)) * 1000
        counted = { draws, at }
      }
      const perSecond = rate > 0 && frequency > 0 ? format3(Number(frequency.toPrecision(2))) : '–'
      assign(row.rate, { textContent: stage.visible ? `${perSecond}/s` : 'off' })
      showTime(row, stage.visible ? time() : undefined, 0)
    },
  }
}
