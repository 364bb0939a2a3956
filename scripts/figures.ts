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
import { type Frame, encodeAnimation } from './animation.ts'

/** Draws figures into a folder, and returns their names; with names, only those. */
export async function drawFigures(folder: string, names: readonly string[] = []): Promise<void> {
  const requested = await requestDevice()
  const { device } = requested
  const run = async (name: string): Promise<Simulation> => {
    const model = await loadScenario(`scenarios/${name}.json`)
    const simulation = await createSimulation(device, model)
    await simulation.step(model.time.ticks)
    await simulation.flush()
    return simulation
  }
  if (names.length === 0 || names.includes('recall.png'))
    await save(folder, 'recall.png', await recallFilm(device))
  if (names.length > 0) {
    requested.release()
    return
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

/** The similarity of each memory with its pattern: measured (dots) and closed form (lines). */
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

/** Digits across and down in the film. */
const ACROSS = 10
const DOWN = 4
const SIDE = 28
const ZOOM = 3
const GAP = 6
/** Height of the curve of the energy, in pixels. */
const CURVE = 72
/** Colours of the curve: its line, and its future part. */
const LINE = 254
const PAPER = 0

/**
 * Digits that are recalled from their upper halves, and below them the mean energy so far: the states of a run of
 * `scenarios/digits.json`, tick by tick.
 */
async function recallFilm(device: GPUDevice): Promise<Uint8Array> {
  const shown = Array.from(
    { length: ACROSS * DOWN },
    (_, index) => 10 * (index % ACROSS) + Math.floor(index / ACROSS),
  )
  const model = await loadScenario('scenarios/digits.json', {
    set: ['probes.energy.every=1', 'time.ticks=45'],
  })
  const simulation = await createSimulation(device, model)
  const states: Float32Array[] = []
  for (let tick = 0; tick <= model.time.ticks; tick++) {
    if (tick > 0) await simulation.step(1)
    states.push((await simulation.read('visible')).data.slice())
  }
  await simulation.flush()
  const energies = simulation.series
    .find(({ name }) => name === 'energy')!
    .value.map((value) => Array.from(value).reduce((sum, one) => sum + one, 0) / value.length)
  simulation.destroy()
  const last = states.at(-1)!
  const [low, high] = [last.reduce((a, b) => Math.min(a, b)), last.reduce((a, b) => Math.max(a, b))]
  const cell = SIDE * ZOOM + GAP
  const [width, height] = [ACROSS * cell + GAP, DOWN * cell + GAP + CURVE + GAP]
  const [least, most] = [Math.min(...energies), Math.max(...energies)]
  const frames = states.map((state, tick): Frame => {
    const pixels = new Uint8Array(width * height).fill(PAPER)
    for (const [place, replica] of shown.entries()) {
      const [left, top] = [GAP + (place % ACROSS) * cell, GAP + Math.floor(place / ACROSS) * cell]
      for (let y = 0; y < SIDE * ZOOM; y++) {
        for (let x = 0; x < SIDE * ZOOM; x++) {
          const entry = replica * SIDE ** 2 + Math.floor(y / ZOOM) * SIDE + Math.floor(x / ZOOM)
          const grey = (state[entry]! - low) / (high - low)
          pixels[(top + y) * width + left + x] = 1 + Math.round(252 * Math.min(1, Math.max(0, grey)))
        }
      }
    }
    const heightAt = (at: number): number =>
      DOWN * cell + 2 * GAP + Math.round(((CURVE - 4) * (most - energies[at]!)) / (most - least))
    for (let x = 0; x < ((width - 2 * GAP) * tick) / model.time.ticks; x++) {
      const at = (x * model.time.ticks) / (width - 2 * GAP)
      const before = heightAt(Math.floor(at))
      const y = Math.round(before + (at % 1) * (heightAt(Math.min(Math.ceil(at), model.time.ticks)) - before))
      for (let thick = 0; thick < 3; thick++) pixels[(y + thick) * width + GAP + x] = LINE
    }
    return { pixels, delay: tick === 0 ? 900 : tick === model.time.ticks ? 2500 : 90 }
  })
  return encodeAnimation(width, height, palette(), frames)
}

/** From the paper of the page in the dark to white, the paper itself, and the blue of its lines. */
function palette(): Uint8Array {
  const colours = new Uint8Array(3 * 256)
  const mix = (from: readonly number[], to: readonly number[], part: number): number[] =>
    from.map((value, channel) => Math.round(value + part * (to[channel]! - value)))
  const [paper, dark, blue, white] = [
    [12, 14, 18],
    [20, 26, 38],
    [125, 176, 255],
    [255, 255, 255],
  ] as const
  colours.set(paper, 3 * PAPER)
  for (let level = 0; level <= 252; level++) {
    const part = level / 252
    colours.set(
      part < 0.6 ? mix(dark, blue, part / 0.6) : mix(blue, white, (part - 0.6) / 0.4),
      3 * (1 + level),
    )
  }
  colours.set(blue, 3 * LINE)
  return colours
}
