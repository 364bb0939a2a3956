import { expect, test } from 'vitest'
import { SPOIL, eventually, useLab } from './lab.ts'

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
  await lab.visit('hopfield')
  await lab.engram("set('neurons.visible.lagrangian.gain', 7)")
  const start = await lab.read('visible')
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

/** Two neurons that inhibit each other: with a step as long as tau they overshoot, and the energy rises. */
const PAIR = {
  version: 1,
  name: 'pair',
  time: { dt: 1, ticks: 150, integrator: 'euler' },
  neurons: {
    pair: { size: 2, lagrangian: { kind: 'tanh' }, init: { kind: 'values', values: [[0.1, 0.1]] } },
  },
  synapses: {
    w: {
      layer: 'pair',
      base: {
        kind: 'values',
        values: [
          [0, -3],
          [-3, 0],
        ],
      },
    },
  },
  probes: { energy: { kind: 'energy', every: 1 } },
}

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

/** A page that counts the buffers and textures of its devices. */
async function openCounted() {
  const page = await lab.open()
  await page.addInitScript(() => {
    const live = new Set<unknown>()
    Object.assign(globalThis, { live })
    type Method = (this: unknown, ...given: unknown[]) => unknown
    const count = (make: 'createBuffer' | 'createTexture', thing: { readonly prototype: object }): void => {
      const device = GPUDevice.prototype as unknown as Record<string, Method>
      const made = thing.prototype as Record<string, Method>
      const [create, destroy] = [device[make]!, made.destroy!]
      device[make] = function (...given) {
        const one = create.apply(this, given)
        live.add(one)
        return one
      }
      made.destroy = function () {
        live.delete(this)
        return destroy.call(this)
      }
    }
    count('createBuffer', GPUBuffer)
    count('createTexture', GPUTexture)
  })
  await page.goto(`${lab.url}?scenario=softmax-synapses`)
  await page.locator('body[data-state=ready]').waitFor()
  const session = await page.context().newCDPSession(page)
  return {
    page,
    live: (): Promise<number> => page.evaluate('live.size'),
    async heap(): Promise<number> {
      await session.send('HeapProfiler.collectGarbage')
      return (await session.send('Runtime.getHeapUsage')).usedSize
    },
  }
}

/** The buffers there are while nothing is read back, as it is for the copy that a reload goes on from. */
const atRest = ({ page }: Awaited<ReturnType<typeof openCounted>>): Promise<number> =>
  page.evaluate(`new Promise((done) => {
    let [left, least] = [60, Infinity]
    const look = () => {
      least = Math.min(least, live.size)
      if (left-- > 0) requestAnimationFrame(look)
      else done(least)
    }
    look()
  })`)

test('opening every scenario again leaves as many buffers as before, without a word in the console', async () => {
  const counted = await openCounted()
  const { page } = counted
  const openAll = (): Promise<void> =>
    page.evaluate(
      '(async () => { for (const id of [...engram.scenarios, "softmax-synapses"]) { await engram.load(id); await engram.step(3) } await engram.simulation.flush() })()',
    )
  await openAll()
  const first = await atRest(counted)
  expect(first).toBeGreaterThan(10)
  await openAll()
  await eventually(counted.live).toBe(first)
  await page.context().close()
})

test("30 minutes' worth of ticks leave the number of buffers and the heap as they were", async () => {
  const counted = await openCounted()
  const { page } = counted
  await page.evaluate(
    `engram.load(${JSON.stringify({ ...PAIR, time: { dt: 0.1, ticks: 100 }, probes: { energy: { kind: 'energy', every: 100 } } })})`,
  )
  const pace = await page.evaluate<number>('engram.pace')
  const run = async (ticks: number): Promise<void> => {
    await page.evaluate(`(engram.pace = Infinity, engram.play())`)
    const end = (await page.evaluate<number>('engram.simulation.tick')) + ticks
    for (;;) {
      await page.waitForFunction(`engram.simulation.tick >= ${end} || !engram.playing`, undefined, {
        timeout: 100_000,
      })
      if (await page.evaluate(`engram.simulation.tick >= ${end}`)) break
      // It stops once, at the end of the run.
      await page.evaluate('engram.play()')
    }
    await page.evaluate('engram.pause(), engram.step(0).then(() => engram.simulation.flush())')
  }
  await run(2000)
  const [buffers, before] = [await atRest(counted), await counted.heap()]
  await run(30 * 60 * pace)
  await eventually(counted.live).toBe(buffers)
  // 360 samples, two arrays of 8 to 24 bytes and their histories each, are below 1 MB.
  expect((await counted.heap()) - before).toBeLessThan(2e6)
  await page.context().close()
})

test('with ticks of more than 50 ms one submit at a time is on its way, and a click on pause is heard within it', async () => {
  await lab.visit('softmax-synapses')
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
