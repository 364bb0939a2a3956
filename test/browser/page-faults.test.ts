import { expect, test } from 'vitest'
import { eventually, useLab } from './lab.ts'

const lab = useLab()
const tick = (): Promise<number> => lab.engram('simulation.tick')
const toast = (): Promise<string | null> => lab.page.locator('#toast').textContent()
const remedy = () => lab.page.locator('#toast button').first()

test('a lost device is replaced, and the run goes on from the last checkpoint, playing', async () => {
  await lab.visit('softmax-synapses')
  await lab.page.evaluate('window.lost = engram.device')
  await lab.engram('play()')
  // Checkpoints are taken every few seconds of playing.
  await eventually(tick).toBeGreaterThan(20)
  await lab.page.waitForTimeout(5000)
  await lab.engram('device.destroy()')
  await eventually(toast).toMatch(/^The graphics device was lost at tick \d+; the run goes on from tick \d+/)
  const [lostAt, from] = (await toast())!.match(/\d+/g)!.map(Number)
  expect(from).toBeGreaterThan(0)
  expect(from).toBeLessThanOrEqual(lostAt!)
  await eventually(tick).toBeGreaterThan(from!)
  expect(await lab.engram('playing')).toBe(true)
  expect(await lab.page.evaluate('engram.device !== window.lost')).toBe(true)
  await eventually(async () => (await lab.pixels('#large canvas')).colours).toBeGreaterThan(5)
  await lab.pause()
})

test('a network at rest comes back with its values, and the third loss within a minute stops', async () => {
  await lab.visit('hopfield')
  await lab.engram("set('neurons.visible.lagrangian.gain', 7)")
  const start = await lab.read('visible')
  const lose = async (): Promise<void> => {
    await lab.page.evaluate('window.lost = engram.device, engram.device.destroy()')
    await lab.page.waitForFunction('engram.device !== window.lost && engram.simulation.tick === 0')
    await lab.engram('step(0)')
  }
  await lose()
  expect(await lab.read('visible')).toEqual(start)
  expect(await lab.engram('scenario.neurons.visible.lagrangian.gain')).toBe(7)
  expect(await lab.engram('playing')).toBe(false)
  await lose()
  await lab.engram('device.destroy()')
  await lab.page.locator('#failure').waitFor()
  expect(await lab.page.locator('#failure').textContent()).toContain('3 times within a minute')
  await lab.page.locator('#failure button').click()
  await lab.page.locator('body[data-state=ready]').waitFor()
})

test('values that are not finite are mended in one click: half the step, back to where they were sound', async () => {
  await lab.visit('softmax-synapses')
  await lab.engram('simulation.write("xi", new Float32Array(200).fill(NaN))')
  await lab.engram('play()')
  await eventually(toast).toContain('not finite')
  expect(await lab.engram('playing')).toBe(false)
  expect(await remedy().textContent()).toBe('dt 0.5, go on from tick 0')
  await remedy().click()
  await eventually(tick).toBeGreaterThan(3)
  expect([await lab.engram('scenario.time.dt'), await lab.engram('playing')]).toEqual([0.5, true])
  await lab.pause()
  expect((await lab.read('xi')).every(Number.isFinite)).toBe(true)
})

test('an energy that rises names its cause and halves the step in one click', async () => {
  await lab.visit('digits')
  await lab.engram(
    'rebuild({ ...engram.scenario, time: { ...engram.scenario.time, dt: 1, integrator: "euler" } })',
  )
  await lab.engram('simulation.write("visible", Float32Array.from({ length: 78400 }, (_, k) => k % 7))')
  await lab.engram("set('neurons.visible.lagrangian.gain', 30)")
  await lab.engram('play()')
  await eventually(toast).toContain('the energy rose')
  await remedy().click()
  await eventually(() => lab.engram('scenario.time.dt')).toBe(0.5)
  await lab.pause()
})

test('a browser without WebGPU is told which browsers and settings have it', async () => {
  const other = await lab.open({ viewport: { width: 390, height: 844 } })
  await other.addInitScript('Object.defineProperty(Navigator.prototype, "gpu", { get: () => undefined })')
  await other.goto(lab.url)
  await other.locator('#failure').waitFor()
  const text = await other.locator('#failure').textContent()
  for (const word of ['no WebGPU', 'Chrome', 'Safari', 'Firefox', '--enable-unsafe-webgpu', 'chrome://gpu'])
    expect(text).toContain(word)
  expect(await other.evaluate('document.documentElement.scrollWidth')).toBe(390)
  await other.context().close()
})
