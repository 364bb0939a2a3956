/** The samples of a run on their way to files, in the format of the user's choice. */
import { resolve } from 'node:path'
import type { Model } from '../../core/model/model.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Checkpoint } from '../../core/run/restorable.ts'
import { type Sample, type Series, createSeries, flatOf } from '../../core/run/series.ts'
import type { Output } from '../output.ts'
import { openCsv } from './csv.ts'
import { NPZ_PARTS, openNpz } from './npz.ts'
import type { Opening, Store } from './store.ts'
import { ZARR, openZarr } from './zarr.ts'

export type Format = NonNullable<Checkpoint['streamed']>['format']

export const FORMATS: readonly Format[] = ['npz', 'csv', 'zarr']

export interface Stream extends Store {
  /** The last sample of each probe. */
  readonly series: readonly Series[]
  /** The format and the number of samples that a checkpoint keeps; call it once the samples are on the disk. */
  save(): Required<Pick<Checkpoint, 'series' | 'streamed'>>
}

export interface StreamOptions {
  readonly plan: Plan
  readonly model: Model
  readonly format: Format
  readonly output: Output
  /** The checkpoint that the run goes on from, and its folder. */
  readonly resumed?: { readonly checkpoint: Checkpoint; readonly folder: string } | undefined
}

/** Names in a folder that the samples of a run of a format stand under while it runs. */
function namesOf(format: Format, probes: readonly { readonly name: string }[]): string[] {
  if (format === 'csv') return probes.map(({ name }) => `${name}.csv`)
  return [format === 'zarr' ? ZARR : NPZ_PARTS]
}

/** Those that stay when a run goes on in the folder of its checkpoint. */
export function stays(
  format: Format,
  model: Model,
  folder: string,
  resumed: StreamOptions['resumed'],
): string[] {
  const isSame = resumed !== undefined && resolve(resumed.folder) === resolve(folder)
  return isSame && countsOf(resumed.checkpoint) !== undefined ? namesOf(format, model.probes) : []
}

/**
 * Makes the files, or cuts those of the checkpoint back to it. Samples of a checkpoint that has them in itself come first.
 * @throws ModelError, as of the file of the checkpoint, if they are not those of its run
 */
export async function openStream(options: StreamOptions): Promise<Stream> {
  const { plan, model, format, output, resumed } = options
  const { folder } = output
  const samples = resumed && countsOf(resumed.checkpoint)
  const opening: Opening = {
    folder,
    series: createSeries(plan, model),
    replicas: model.replicas,
    ...(resumed && samples && { resumed: { folder: resumed.folder, samples } }),
  }
  const claim = (): Promise<void> => output.claim(format === 'npz' ? [] : namesOf(format, opening.series))
  const open = async (): Promise<Store> =>
    format === 'zarr'
      ? openZarr(opening)
      : format === 'csv'
        ? openCsv(opening, output, model)
        : openNpz(opening, output)
  // What the files of an earlier run are cut back to is read before the rest of them goes.
  const isSame = stays(format, model, folder, resumed).length > 0
  if (!isSame) await claim()
  const store = await open()
  if (isSame) await claim()

  const last = new Map<string, Series>(opening.series.map((series) => [series.name, series]))
  let broken: Error | undefined
  const whole = (): void => {
    if (broken !== undefined) throw broken
  }
  const push = (sample: Sample): void => {
    // Behind a sample that is not there none may follow.
    if (broken !== undefined) return
    try {
      store.push(sample)
    } catch (error) {
      broken = error as Error
      throw error
    }
    const series = last.get(sample.probe)
    if (series !== undefined) last.set(sample.probe, withOne(series, sample))
  }
  const { tick = 0, series = [] } = resumed?.checkpoint ?? {}
  // Those of tick 0 are taken again.
  for (const saved of tick === 0 ? [] : series.map(flatOf)) {
    const own = last.get(saved.name)
    if (own === undefined) continue
    if (samples === undefined) for (const index of saved.tick.keys()) push(sampleAt(saved, index))
    else if (saved.tick.length > 0) last.set(saved.name, withOne(own, sampleAt(saved, saved.tick.length - 1)))
  }
  return {
    ...store,
    get series() {
      return [...last.values()]
    },
    push,
    show() {
      if (broken === undefined) store.show()
    },
    save() {
      whole()
      return { series: [...last.values()], streamed: { format, samples: store.commit() } }
    },
    async finish(finals) {
      whole()
      return store.finish(finals)
    },
  }
}

/** Samples that a checkpoint counts in files; undefined where it has them in itself. */
function countsOf({ streamed, tick }: Checkpoint): Readonly<Record<string, number>> | undefined {
  return tick === 0 ? undefined : streamed?.samples
}

function sampleAt({ name, tick, time, value, terms }: Series, index: number): Sample {
  return {
    probe: name,
    tick: tick[index] as number,
    time: time[index] as number,
    value: value[index] as Float32Array,
    ...(terms && { terms: terms[index] as Float32Array }),
  }
}

function withOne(series: Series, { tick, time, value, terms }: Sample): Series {
  return { ...series, tick: [tick], time: [time], value: [value], ...(terms && { terms: [terms] }) }
}
