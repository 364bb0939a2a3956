import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { afterAll, expect, test } from 'vitest'
import { serveBuild, sharedBrowser } from './browser.ts'

const folder = mkdtempSync(join(tmpdir(), 'engram-bundle-'))

afterAll(() => {
  rmSync(folder, { recursive: true })
})

const ENTRY = `
import { createSimulation, loadScenario } from 'engram'

const adapter = await navigator.gpu.requestAdapter()
const simulation = await createSimulation(await adapter.requestDevice(), await loadScenario('small.json'))
await simulation.step(20)
simulation.set('neurons.visible.lagrangian.gain', 3)
await simulation.step(20)
const { shape, data } = await simulation.read('visible')
await simulation.flush()
window.result = { shape, finite: data.every(Number.isFinite), overlap: simulation.series[0].value.at(-1)[0] }
simulation.destroy()
`

const SCENARIO = {
  version: 1,
  time: { dt: 0.1, ticks: 40 },
  neurons: { visible: { size: 64, lagrangian: { kind: 'tanh', gain: 4 } } },
  synapses: {
    recurrent: {
      layer: 'visible',
      base: { kind: 'hebbian', patterns: { kind: 'random', count: 3, distribution: 'binary' } },
    },
  },
  stimulus: [
    {
      kind: 'initial',
      layer: 'visible',
      patterns: { kind: 'rows', of: 'recurrent', select: [0], corrupt: { op: 'flip', fraction: 0.1 } },
    },
  ],
  probes: {
    overlap: { kind: 'overlap', layer: 'visible', patterns: { kind: 'rows', of: 'recurrent', select: [0] } },
  },
}

test('a project that bundles engram runs a scenario in the browser, on a device of its own', async () => {
  await build({ mode: 'browser', logLevel: 'warn' })
  mkdirSync(join(folder, 'node_modules'))
  mkdirSync(join(folder, 'public'))
  symlinkSync(resolve('.'), join(folder, 'node_modules/engram'))
  writeFileSync(join(folder, 'public/small.json'), JSON.stringify(SCENARIO))
  writeFileSync(join(folder, 'entry.js'), ENTRY)
  writeFileSync(join(folder, 'index.html'), '<!doctype html><script type="module" src="./entry.js"></script>')

  const [browser, served] = await Promise.all([sharedBrowser(), serveBuild(folder)])
  const page = await browser.newPage()
  try {
    await page.goto(served.url)
    await page.waitForFunction('window.result !== undefined')
    const result = await page.evaluate<{ shape: number[]; finite: boolean; overlap: number }>('window.result')
    expect(result.shape).toEqual([64])
    expect(result.finite).toBe(true)
    expect(result.overlap).toBeGreaterThan(0.9)
  } finally {
    await page.close()
    await served.close()
  }
})
