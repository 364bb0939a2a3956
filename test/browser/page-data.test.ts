import { encode } from 'fast-png'
import { expect, test } from 'vitest'
import { eventually, useLab } from './lab.ts'

const lab = useLab()

test('own images dropped from disk are recalled; the plot is a figure that a page of its own shows', async () => {
  await lab.visit('dense-memory')
  const { page } = lab
  // Six pictures of 32 x 32, as a folder would have them.
  const images = Array.from({ length: 6 }, (_, index): [string, number[]] => {
    const data = Uint8Array.from({ length: 32 * 32 }, (_, at) => {
      const [x, y] = [(at % 32) - 15.5, Math.floor(at / 32) - 15.5]
      return Math.sin(((index % 3) + 1) * 0.4 * (index < 3 ? x : y) + index) > 0 ? 240 : 20
    })
    return [`own-${index}.png`, [...encode({ width: 32, height: 32, data, channels: 1, depth: 8 })]]
  })
  await page.evaluate(`{
    const transfer = new DataTransfer()
    for (const [name, bytes] of ${JSON.stringify(images)})
      transfer.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }))
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
  }`)
  const sheet = page.locator('.data-sheet')
  await sheet.locator('.data-preview canvas').first().waitFor()
  expect(await sheet.locator('dl').textContent()).toContain('Rows6A row32 x 32 pixels')
  expect(await sheet.locator('.data-preview canvas').count()).toBe(12)
  // The memory is binary: rows become signs.
  expect(await sheet.locator('[data-part=binarize]').isChecked()).toBe(true)
  expect(await sheet.textContent()).toContain('nothing leaves the browser')
  await page.screenshot({ path: '/tmp/data2-sheet.png' })
  await sheet.locator('[data-act=use]').click()
  await sheet.waitFor({ state: 'hidden' })
  await eventually(() => lab.engram<number>('simulation.model.memories[0].init.rows')).toBe(6)
  await lab.pause()
  await page.evaluate('engram.reset().then(() => engram.step(100)).then(() => engram.simulation.flush())')
  const { data } = await page.evaluate<{ data: number[] }>(`(async () => {
    const series = engram.simulation.series.find(({ name }) => name === 'overlap')
    return { data: [...series.value.slice(-120)] }
  })()`)
  console.log(data)
})
