import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { eventually, useLab } from './lab.ts'

const lab = useLab()

/** Works on the page by keys alone, and counts them. */
function keysOn(page: Page) {
  let count = 0
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) {
      await page.keyboard.press(key)
      count++
    }
    // What is drawn anew after a key keeps the focus.
    await page.evaluate('new Promise((done) => setTimeout(done, 30))')
  }
  return {
    press,
    type: (text: string) => press(...text),
    get count() {
      return count
    },
  }
}

const scenario = <T>(path: string): Promise<T> => lab.engram<T>(`simulation.model.scenario.${path}`)
const status = (): Promise<string> => lab.page.locator('.builder [role=status]').innerText()

test("HAMUX's networks and a hierarchy are built from an empty one by keys alone, each in less than 200", async () => {
  await lab.visit('softmax-synapses')
  const { page } = lab
  const counts: Record<string, number> = {}

  const build = async (name: string, act: (keys: ReturnType<typeof keysOn>) => Promise<void>) => {
    const keys = keysOn(page)
    await keys.press('n')
    await page.locator('#new-menu [role=menuitem]').first().waitFor()
    await keys.press('End', 'Enter')
    await eventually(() => page.title()).toBe('Own network · engram')
    await page.locator('body[data-state=ready]').waitFor()
    if ((await page.locator('.builder:visible').count()) === 0) await keys.press('b')
    await page.locator('.builder-graph g.layer:focus').waitFor()
    await act(keys)
    await eventually(status).toBe('Runs as drawn.')
    counts[name] = keys.count
    expect(keys.count).toBeLessThan(200)
    await page.evaluate('engram.step(5)')
    await eventually(() => lab.engram<number>('simulation.tick')).toBe(5)
    await keys.press('Escape')
  }
  type Keys = ReturnType<typeof keysOn>
  /** The form of a layer: its name, its size, its Lagrangian. */
  const fill = async (keys: Keys, name: string, size: readonly number[], lagrangian: string) => {
    await keys.type(name)
    await keys.press('Tab')
    if (size.length > 1) await keys.type(String(size.length))
    await keys.press('Tab')
    for (const length of size) {
      await keys.type(String(length))
      await keys.press('Tab')
    }
    await keys.type(lagrangian)
    await keys.press('Escape')
  }
  const layer = async (keys: Keys, ...values: [string, readonly number[], string]) => {
    await keys.press('a', 'Enter')
    await page.locator('.builder-form [data-role=name]:focus').waitFor()
    await fill(keys, ...values)
  }

  await build('two layers', async (keys) => {
    await keys.press('Enter')
    await fill(keys, 'image', [28, 28], 'linear')
    await layer(keys, 'hidden', [32], 'softmax')
    await keys.press('c', 'ArrowLeft', 'Enter')
    await eventually(() => scenario('memories')).toMatchObject({ memory: { from: 'hidden', to: 'image' } })
  })
  console.log(counts)
})
