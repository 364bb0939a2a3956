import { expect, test } from 'vitest'
import { PAIR, SPOIL, eventually, useLab } from './lab.ts'

const lab = useLab()
const tick = (): Promise<number> => lab.engram('simulation.tick')
const toast = (): Promise<string | null> => lab.page.locator('#toast').textContent()
const remedy = () => lab.page.locator('#toast button').first()

test('a lost device is replaced, and the run goes on from the last checkpoint, playing', async () => {
  await lab.visit('softmax-synapses')
  await lab.page.evaluate('window.lost = engram.device')
  await lab.engram('play()')
  // Checkpoints are taken every few seconds of playing: it goes on once one is.
  await lab.page.evaluate(`{
    const { simulation } = engram
    const take = simulation.checkpoint
    simulation.checkpoint = async () => {
      const taken = await take.call(simulation)
      window.taken = taken.tick
      return taken
    }
  }`)
  await lab.page.waitForFunction('window.taken > 0 && engram.simulation.tick > window.taken')
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
  // A page that has lost no device yet.
  await lab.visit('softmax-synapses')
  await lab.page.evaluate(`engram.load(${JSON.stringify(PAIR)})`)
  await lab.engram("set('neurons.pair.lagrangian.gain', 7)")
  const start = await lab.read('pair')
  // All within one minute of the page's clock, however slow the machine.
  await lab.page.evaluate('{ const at = performance.now(); performance.now = () => at }')
  const lose = async (): Promise<void> => {
    await lab.page.evaluate('window.lost = engram.device, engram.device.destroy()')
    await lab.page.waitForFunction(
      'engram.device !== window.lost && engram.simulation?.engine.device === engram.device',
    )
    await lab.engram('step(0)')
  }
  await lose()
  expect(await lab.read('pair')).toEqual(start)
  expect(await lab.engram('scenario.neurons.pair.lagrangian.gain')).toBe(7)
  expect(await lab.engram('playing')).toBe(false)
  await lose()
  await lab.engram('device.destroy()')
  await lab.page.locator('#failure').waitFor()
  expect(await lab.page.locator('#failure').textContent()).toContain('3 times within a minute')
  await lab.page.locator('#failure button').click()
  await lab.page.locator('body[data-state=ready]').waitFor()
  // The reload has the last network, not the scenario of the address.
  expect(await lab.engram('scenario.neurons.pair?.lagrangian.gain')).toBe(7)
})

test('values that are not finite are mended in one click: half the step, back to where they were sound', async () => {
  await lab.load('softmax-synapses')
  await lab.page.evaluate(SPOIL)
  await lab.engram('play()')
  await eventually(toast).toContain('not finite')
  expect(await lab.engram('playing')).toBe(false)
  expect(await remedy().textContent()).toBe('dt 0.5, back to tick 0')
  await remedy().click()
  await eventually(tick).toBeGreaterThan(3)
  expect([await lab.engram('scenario.time.dt'), await lab.engram('playing')]).toEqual([0.5, true])
  await lab.pause()
  expect((await lab.read('xi')).every(Number.isFinite)).toBe(true)
})

test('an energy that rises names its cause and halves the step in one click', async () => {
  await lab.visit('softmax-synapses')
  await lab.page.evaluate(`engram.load(${JSON.stringify(PAIR)})`)
  await lab.engram('play()')
  await eventually(toast).toMatch(/the energy rose by .* use a smaller time.dt than 1/)
  expect(await remedy().textContent()).toBe('Halve dt to 0.5')
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

test('with ticks of more than 50 ms one submit at a time is on its way, and a click on pause is heard within it', async () => {
  await lab.load('softmax-synapses')
  // 2048 x 2048 entries, both ways, in 32 replicas: half a billion operations a tick.
  const large = {
    version: 1,
    time: { dt: 0.1, ticks: 100000 },
    neurons: {
      v: { size: 2048, lagrangian: { kind: 'tanh' } },
      h: { size: 2048, lagrangian: { kind: 'softmax' }, tau: 0 },
    },
    memories: { xi: { from: 'v', to: 'h', init: { kind: 'random', distribution: 'binary' } } },
    replicas: 32,
  }
  await lab.page.evaluate(`engram.load(${JSON.stringify(large)})`)
  await lab.page.evaluate('(engram.pace = Infinity, engram.play())')
  await eventually(tick).toBeGreaterThan(5)
  await lab.page.evaluate(`document.querySelector('#play').addEventListener('click', () => {
    const { tick, counts } = engram.simulation
    window.clicked = { tick, pending: counts.pending, playing: engram.playing }
  })`)
  await lab.page.locator('#play').click()
  const clicked = await lab.page.evaluate<{ tick: number; pending: number; playing: boolean }>('clicked')
  await lab.engram('simulation.flush()')
  expect(clicked.playing).toBe(false)
  expect(clicked.pending).toBeLessThanOrEqual(1)
  // One batch may have been in the making: of so slow ticks it holds one.
  expect((await tick()) - clicked.tick).toBeLessThanOrEqual(1)
})
