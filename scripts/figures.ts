import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { encode } from 'fast-png'
import { gatedSimilarity } from '../src/core/analysis/closed-forms.ts'
import { labelPurity } from '../src/core/analysis/purity.ts'
import { decodeIdx } from '../src/core/data/idx.ts'
import type { Model, Rows } from '../src/core/model/model.ts'
import { type Simulation, createSimulation } from '../src/core/run/simulation.ts'
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
  await save(folder, 'closed-form.svg', similarityFigure(v1))
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

const COLOURS = ['#3b6fb5', '#c8553d', '#4f8a52', '#8a5ba5']
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [720, 400, 64, 48, 16, 16]

/** Theory V1: the similarity of each memory with what it is shown, dots, on the closed form, lines. */
function similarityFigure({ model, series }: Simulation): string {
  const similarity = series.find(({ name }) => name === 'similarity')
  const targets = (model.stimulus[0] as Model['stimulus'][number]).patterns
  const rows = (model.memories[0] as Model['memories'][number]).init
  const { tick = [], value = [] } = similarity ?? {}
  const start = Array.from(value[0] ?? [])
  const low = Math.floor(Math.min(...start) * 100) / 100
  const x = (at: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * at) / model.time.ticks
  const y = (cosine: number): number => TOP + ((HEIGHT - TOP - BOTTOM) * (1 - cosine)) / (1 - low)
  const parts: string[] = []
  for (let grid = low; grid < 1 + 1e-9; grid += 0.01) {
    parts.push(`<path d="M${LEFT} ${y(grid).toFixed(1)}H${WIDTH - RIGHT}" stroke="#ddd"/>`)
    parts.push(text(LEFT - 8, y(grid) + 4, grid.toFixed(2), 'end'))
  }
  for (let grid = 0; grid <= model.time.ticks; grid += 500)
    parts.push(text(x(grid), HEIGHT - BOTTOM + 20, String(grid), 'middle'))
  start.forEach((cosine, row) => {
    const length = norm(targets, row) / norm(rows, row)
    const curve = Array.from({ length: 201 }, (_, k) => (k * model.time.ticks) / 200).map((at) => {
      const expected = gatedSimilarity(at, { start: cosine, share: 1 / 4, tau: 250, length })
      return `${x(at).toFixed(1)} ${y(expected).toFixed(1)}`
    })
    parts.push(`<path d="M${curve.join('L')}" fill="none" stroke="${COLOURS[row]}" stroke-width="1.5"/>`)
    tick.forEach((at, sample) => {
      if (at % 50 !== 0) return
      const place = `cx="${x(at).toFixed(1)}" cy="${y(value[sample]?.[row] ?? NaN).toFixed(1)}"`
      parts.push(`<circle ${place} r="3" fill="#fff" stroke="${COLOURS[row]}" stroke-width="1.5"/>`)
    })
  })
  parts.push(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, 'tick', 'middle'))
  parts.push(text(WIDTH - RIGHT - 8, HEIGHT - BOTTOM - 40, 'cosine of memory and what it is shown', 'end'))
  parts.push(text(WIDTH - RIGHT - 8, HEIGHT - BOTTOM - 20, 'dots: GPU, lines: closed form', 'end'))
  const size = `width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="system-ui, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
</svg>
`
}

function text(x: number, y: number, content: string, anchor: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="#333">${content}</text>`
}

function norm({ data, columns }: Rows, row: number): number {
  return Math.hypot(...data.subarray(row * columns, (row + 1) * columns))
}
