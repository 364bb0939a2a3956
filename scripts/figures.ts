import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { encode } from 'fast-png'
import type { Chart, Colour, Mark } from '../src/core/analysis/chart.ts'
import { gatedSimilarity } from '../src/core/analysis/closed-forms.ts'
import { labelPurity } from '../src/core/analysis/purity.ts'
import { decodeIdx } from '../src/core/data/idx.ts'
import type { Model, Rows } from '../src/core/model/model.ts'
import { type Simulation, createSimulation } from '../src/core/run/simulation.ts'
import { drawChart } from '../src/node/chart.ts'
import { requestDevice } from '../src/node/device.ts'
import { loadScenario } from '../src/node/index.ts'

/** Draws every figure into a folder and tells what it drew. */
export async function drawFigures(folder: string): Promise<void> {
  const requested = await requestDevice()
  const { device } = requested
  const run = async (name: string): Promise<Simulation> => {
    const model = await loadScenario(`scenarios/${name}.json`)
    const simulation = await createSimulation(device, model)
    await simulation.step(model.time.ticks)
    await simulation.flush()
    return simulation
  }
  const v1 = await run('softmax-synapses')
  await save(folder, 'closed-form.svg', drawChart(similarityChart(v1)))
  v1.destroy()
  const learning = await run('hebbian-learning')
  const { data } = await learning.read('xi')
  await save(folder, 'learnt-digits.png', mosaic(data, 28, 10, 3))
  const images = (learning.model.stimulus[0] as Model['stimulus'][number]).patterns
  const labels = decodeIdx(gunzipSync(await readFile('scenarios/data/digits-labels-idx1-ubyte.gz'))).data
  const purity = labelPurity({ rows: data.length / 784, columns: 784, data }, images, labels)
  process.stdout.write(`label purity of the learnt digits: ${purity.toFixed(3)}\n`)
  learning.destroy()
  requested.release()
}

async function save(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  await writeFile(join(folder, name), content)
  process.stdout.write(`docs/images/${name}\n`)
}

/** Rows as grey images side by side, each scaled to its own range. */
function mosaic(data: Float32Array, side: number, across: number, zoom: number): Uint8Array {
  const count = data.length / side ** 2
  const cell = side * zoom + zoom
  const [width, height] = [across * cell + zoom, Math.ceil(count / across) * cell + zoom]
  const pixels = new Uint8Array(width * height).fill(255)
  for (let index = 0; index < count; index++) {
    const row = data.subarray(index * side ** 2, (index + 1) * side ** 2)
    const [low, high] = [Math.min(...row), Math.max(...row)]
    const [left, top] = [zoom + (index % across) * cell, zoom + Math.floor(index / across) * cell]
    for (let y = 0; y < side * zoom; y++) {
      for (let x = 0; x < side * zoom; x++) {
        const value = row[Math.floor(y / zoom) * side + Math.floor(x / zoom)] as number
        pixels[(top + y) * width + left + x] = Math.round((255 * (value - low)) / (high - low))
      }
    }
  }
  return encode({ width, height, data: pixels, channels: 1, depth: 8 })
}

/** The similarity of each memory with what it is shown, dots, on the closed form, lines. */
function similarityChart({ model, series }: Simulation): Chart {
  const similarity = series.find(({ name }) => name === 'similarity')
  const targets = (model.stimulus[0] as Model['stimulus'][number]).patterns
  const rows = (model.memories[0] as Model['memories'][number]).init
  const { tick = [], value = [] } = similarity ?? {}
  const shown = tick.map((_, sample) => sample).filter((sample) => (tick[sample] as number) % 50 === 0)
  const x = Array.from({ length: 201 }, (_, k) => (k * model.time.ticks) / 200)
  const marks = Array.from(value[0] ?? []).flatMap((start, row): Mark[] => {
    const length = norm(targets, row) / norm(rows, row)
    const closed = { start, share: 1 / 4, tau: 250, length }
    return [
      { kind: 'line', x, y: x.map((at) => gatedSimilarity(at, closed)), colour: row as Colour },
      {
        kind: 'points',
        x: shown.map((sample) => tick[sample] as number),
        y: shown.map((sample) => value[sample]?.[row] ?? NaN),
        colour: row as Colour,
      },
    ]
  })
  return {
    title: 'Cosine of each memory with what it is shown (dots: GPU, lines: closed form)',
    x: { label: 'tick' },
    y: { label: 'cosine' },
    marks,
  }
}

function norm({ data, columns }: Rows, row: number): number {
  return Math.hypot(...data.subarray(row * columns, (row + 1) * columns))
}
