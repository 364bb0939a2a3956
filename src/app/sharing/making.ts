/** Makes the files of the exports. */
import { encodeNpzPieces } from '../../core/data/npz.ts'
import { ModelError } from '../../core/errors.ts'
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
import { OWN } from '../data/own.ts'
import { MOST_BYTES, type Recorder } from '../session/recorder.ts'
import { type Make, bundleFile, captionOf, stemOf, toBlobPart } from './exports.ts'
import { tablesFile } from './tables.ts'

/** By the ids of the exports. */
export const MAKERS: Readonly<Record<string, Make>> = {
  engram({ simulation: { model }, source }) {
    // The scenario keeps its name, and with it its origin; the file is that of the data.
    const own = Object.keys(model.files)
      .map((path) => OWN.exec(path)?.[1])
      .find(Boolean)
    return bundleFile(model.scenario, source, [stemOf({ source }), own].filter(Boolean).join('-'))
  },
  async results({ simulation, loop, recorder, ...opened }) {
    const content = await loop.still(() => resultsFile(simulation, recorder))
    return {
      name: `${stemOf(opened)}-results.npz`,
      content,
      ...missing(recorder),
    }
  },
  async checkpoint({ simulation, loop, recorder, ...opened }) {
    const checkpoint = await loop.still(() => simulation.checkpoint())
    const content = encodeCheckpoint({ ...checkpoint, series: recorder.series() })
    return {
      name: `${stemOf(opened)}-checkpoint.npz`,
      content: toBlobPart(content),
      ...missing(recorder),
    }
  },
  async csv({ simulation, loop, recorder, ...opened }) {
    await loop.still(() => simulation.flush())
    const files = recorder.series().flatMap((series) => {
      const pieces = seriesCsv(series, simulation.model.replicas)
      return pieces === undefined ? [] : [{ name: `${series.name}.csv`, pieces }]
    })
    if (files.length === 0)
      throw new ModelError('this scenario has no probe that is plotted; add one to `probes`')
    const axes = axesCsv(simulation.model)
    if (axes !== undefined) files.push({ name: 'axes.csv', pieces: [axes] })
    const { name, content } = tablesFile(files)
    return { name: `${stemOf(opened)}-${name}`, content, ...missing(recorder) }
  },
  async picture({ simulation, stage, ...opened }) {
    const { name, canvas } = stage.picture(captionOf(simulation))
    return { name: `${stemOf(opened)}-${name}.png`, content: await pngOf(canvas) }
  },
  async plots({ simulation, plots, loop, ...opened }) {
    await loop.still(() => simulation.flush())
    const canvas = await plots.picture(captionOf(simulation))
    if (canvas === undefined)
      throw new ModelError('this scenario has no probe that is plotted; add one to `probes`')
    return { name: `${stemOf(opened)}-plots.png`, content: await pngOf(canvas) }
  },
}

async function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  const content = await new Promise<Blob | null>((settle) => canvas.toBlob(settle, 'image/png'))
  if (content === null) throw new Error('the browser could not encode the picture')
  return content
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
