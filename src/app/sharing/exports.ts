/** The exports of the page as files. */
import { encodeNpzPieces } from '../../core/data/npz.ts'
import { ModelError, escaped } from '../../core/errors.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { encodeCheckpoint } from '../../core/run/checkpoint.ts'
import {
  axesCsv,
  axisArrays,
  seriesArrays,
  seriesCsv,
  stateArrays,
  statesOf,
} from '../../core/run/results.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import type { Opened } from '../session/opened.ts'
import { MOST_BYTES, type Recorder } from '../session/recorder.ts'
import { type Source, readShipped } from '../session/source.ts'

/** A file for the reader. */
export interface Download {
  readonly name: string
  readonly content: BlobPart
  /** A note for the reader. */
  readonly notice?: string
}

export interface Export {
  /** `data-export` of its menu item. */
  readonly id: string
  readonly label: string
  readonly note: string
  make(opened: Opened): Promise<Download>
}

export const EXPORTS: readonly Export[] = [
  {
    id: 'scenario',
    label: 'Scenario',
    note: 'JSON, parameters as they are',
    make: (opened) => Promise.resolve(scenarioFile(opened)),
  },
  {
    id: 'engram',
    label: 'Network with its data',
    note: '.engram, one file',
    make: ({ simulation, source }) => bundleFile(simulation.model.scenario, source, stemOf({ source })),
  },
  {
    id: 'results',
    label: 'Results',
    note: 'npz, samples and states',
    async make({ simulation, loop, recorder, ...opened }) {
      const content = await loop.still(() => resultsFile(simulation, recorder))
      return {
        name: `${stemOf(opened)}-results.npz`,
        content,
        ...missing(recorder),
      }
    },
  },
  {
    id: 'checkpoint',
    label: 'Checkpoint',
    note: 'npz, for engram run --resume',
    async make({ simulation, loop, recorder, ...opened }) {
      const checkpoint = await loop.still(() => simulation.checkpoint())
      const content = encodeCheckpoint({ ...checkpoint, series: recorder.series() })
      return {
        name: `${stemOf(opened)}-checkpoint.npz`,
        content: toBlobPart(content),
        ...missing(recorder),
      }
    },
  },
  {
    id: 'csv',
    label: 'Plotted series',
    note: 'CSV, several in a zip',
    async make({ simulation, loop, recorder, ...opened }) {
      await loop.still(() => simulation.flush())
      const files = recorder.series().flatMap((series) => {
        const pieces = seriesCsv(series, simulation.model.replicas)
        return pieces === undefined ? [] : [{ name: `${series.name}.csv`, pieces }]
      })
      if (files.length === 0)
        throw new ModelError('this scenario has no probe that is plotted; add one to `probes`')
      const axes = axesCsv(simulation.model)
      if (axes !== undefined) files.push({ name: 'axes.csv', pieces: [axes] })
      const { tablesFile } = await import('./tables.ts')
      const { name, content } = tablesFile(files)
      return { name: `${stemOf(opened)}-${name}`, content, ...missing(recorder) }
    },
  },
  {
    id: 'picture',
    label: 'Large picture',
    note: 'PNG with its legend',
    async make({ simulation, stage, ...opened }) {
      const { name, canvas } = stage.picture(captionOf(simulation))
      return { name: `${stemOf(opened)}-${name}.png`, content: await pngOf(canvas) }
    },
  },
  {
    id: 'plots',
    label: 'Plots',
    note: 'PNG, as they are zoomed',
    async make({ simulation, plots, loop, ...opened }) {
      await loop.still(() => simulation.flush())
      const canvas = await plots.picture(captionOf(simulation))
      if (canvas === undefined)
        throw new ModelError('this scenario has no probe that is plotted; add one to `probes`')
      return { name: `${stemOf(opened)}-plots.png`, content: await pngOf(canvas) }
    },
  },
]

async function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  const content = await new Promise<Blob | null>((settle) => canvas.toBlob(settle, 'image/png'))
  if (content === null) throw new Error('the browser could not encode the picture')
  return content
}

/** The scenario with its present parameters. */
export function scenarioFile({ simulation, source }: Pick<Opened, 'simulation' | 'source'>): Download {
  const { scenario } = simulation.model
  return {
    name: `${stemOf({ source })}.json`,
    content: `${JSON.stringify(scenario, null, 2)}\n`,
    ...(namesFiles(scenario)
      ? {
          notice: 'Saved. The scenario names files; "Network with its data" saves both in one file.',
        }
      : {}),
  }
}

/**
 * A scenario with the files that it names.
 * @param source - reads them
 * @throws ModelError for a file that cannot be read
 */
export async function bundleFile(scenario: Scenario, { read }: Source, stem: string): Promise<Download> {
  const { encodeBundle } = await import('../../core/model/bundle.ts')
  const content = await encodeBundle(scenario, read ?? readShipped)
  return { name: `${stem}.engram`, content: toBlobPart(content) }
}

/** Starts the download of a file. */
export function download({ name, content }: Download): void {
  const url = URL.createObjectURL(new Blob([content]))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Browsers do not report when they have read the content.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** Samples and states at one moment: no tick may be submitted during the call. */
async function resultsFile(simulation: Simulation, recorder: Recorder): Promise<Blob> {
  await simulation.flush()
  const arrays = {
    ...axisArrays(simulation.model),
    ...seriesArrays(recorder.series()),
    ...stateArrays(statesOf(simulation)),
  }
  // The browser may store blobs on disk.
  const pieces: Blob[] = []
  for await (const bytes of encodeNpzPieces(arrays)) pieces.push(new Blob([toBlobPart(bytes)]))
  return new Blob(pieces)
}

function missing({ dropped }: Recorder): { readonly notice?: string } {
  if (dropped === 0) return {}
  const bound = MOST_BYTES / 2 ** 20
  return {
    notice: `The oldest ${dropped} samples are not in the file: the page keeps ${bound} MiB of samples, engram run keeps all.`,
  }
}

function namesFiles(scenario: Scenario): boolean {
  return /"paths?":/.test(JSON.stringify(scenario))
}

/** The caption below a picture. */
export function captionOf({ tick, model: { scenario } }: Opened['simulation']): string {
  return `${escaped(scenario.name)} · tick ${tick} · seed ${scenario.seed}`
}

/** The base name of the files of a scenario. */
export function stemOf({ source: { origin, model } }: Pick<Opened, 'source'>): string {
  const slug = model.scenario.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return origin?.id ?? (slug === '' ? 'scenario' : slug)
}

/** The bytes from fflate are never shared between threads. */
function toBlobPart(bytes: Uint8Array): BlobPart {
  return bytes as Uint8Array<ArrayBuffer>
}
