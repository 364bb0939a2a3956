/** Every shipped scenario in one page, one after another, and what a page keeps of it. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { PAIR, PATIENCE, eventually, useLab } from './lab.ts'

const lab = useLab()

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

let counted: Awaited<ReturnType<typeof openCounted>>
let page: Page
beforeAll(async () => {
  counted = await openCounted()
  page = counted.page
})

/** The buffers after some ticks of the first scenario, the only ones that are left. */
async function buffersOfFirst(): Promise<number> {
  await page.evaluate(
    'engram.load("softmax-synapses").then(() => engram.step(3)).then(() => engram.simulation.flush())',
  )
  return atRest(counted)
}

test('every scenario of the menu loads, plays and is drawn, and leaves as many buffers as before, without a word in the console', async () => {
  const before = await buffersOfFirst()
  expect(before).toBeGreaterThan(10)
  const ids = await page.evaluate<string[]>('engram.scenarios')
  expect(ids.length).toBeGreaterThanOrEqual(7)
  for (const id of ids) {
    // The address changes before the network does.
    await page.evaluate('window.before = engram.simulation')
    await page.locator('#scenario').selectOption(id)
    await page.waitForFunction(
      `new URL(location).searchParams.get('scenario') === '${id}' && engram.simulation !== window.before && document.body.dataset.state === 'ready' &&
        engram.playing && engram.simulation.tick >= 2`,
    )
    await page.evaluate('engram.pause(), engram.step(0).then(() => engram.simulation.flush())')
    const names = await page.evaluate<string[]>(
      '[...document.querySelectorAll(".figure")].map(({ dataset }) => dataset.name)',
    )
    expect(names.length, id).toBeGreaterThan(1)
    for (const name of names) {
      await expect
        .poll(async () => (await lab.pixels(`[data-name="${name}"] canvas`, page)).colours, {
          message: `${id}: ${name}`,
          timeout: PATIENCE,
        })
        .toBeGreaterThan(1)
    }
    expect(await page.locator('#failure').isVisible(), id).toBe(false)
  }
  await buffersOfFirst()
  await eventually(counted.live).toBe(before)
})

test("15 minutes' worth of ticks leave the number of buffers and the heap as they were", async () => {
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
  await run(15 * 60 * pace)
  await eventually(counted.live).toBe(buffers)
  // 180 samples, two arrays of 8 to 24 bytes and their histories each, are below 0.5 MB.
  expect((await counted.heap()) - before).toBeLessThan(1e6)
})
