import { expect, test } from 'vitest'
import { eventually, frames, useLab } from './lab.ts'

const lab = useLab({ bypassCSP: false })

const WATCH = `globalThis.violations = []
document.addEventListener('securitypolicyviolation', (event) =>
  violations.push([event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber].join(' ')))`

test('every part of the page keeps to the content security policy', async () => {
  const page = await lab.open()
  await page.addInitScript(WATCH)
  await page.goto(`${lab.url}?scenario=softmax-synapses`)
  await page.locator('body[data-state=ready]').waitFor()
  const policy = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content')
  expect(policy).not.toMatch(/unsafe|data:|\*/)
  expect(await page.locator('script:not([src]), style, [style*="url("]').count()).toBe(0)
  await page.locator('.maths summary').click()
  await page.locator('.maths .katex').first().waitFor()
  await page.evaluate('document.fonts.ready')
  await page.keyboard.press('e')
  await eventually(() => page.locator('.spectrum output').textContent()).toMatch(/\d/)
  await page.keyboard.press('e')
  const saved = page.waitForEvent('download')
  await page.locator('#export').click()
  await page.locator('#export-menu [data-export=results]').click()
  await saved
  await page.keyboard.press('t')
  await page.locator('dialog[open]').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('#scenario').selectOption('hebbian-learning')
  await page.locator('body[data-state=ready]').waitFor()
  // A recording has a picture as soon as it can be stopped.
  await page.locator('#export').click()
  await page.locator('#export-menu [data-export=video]').click()
  const [video] = await Promise.all([page.waitForEvent('download'), page.locator('.video-stop').click()])
  expect(video.suggestedFilename()).toMatch(/^hebbian-learning\.(webm|mp4)$/)
  await page.keyboard.press('x')
  const results = page.getByRole('dialog', { name: 'Reproductions' })
  await results.getByRole('button', { name: 'Spectrum of a Hebbian' }).click()
  await results.getByRole('button', { name: 'Run', exact: true }).click()
  await eventually(() => results.getByRole('status').innerText()).toMatch(/^Pass/)
  await page.keyboard.press('Escape')
  await results.waitFor({ state: 'hidden' })

  // A thread that has a GPU.
  await page.locator('#scenario').selectOption('measure')
  const measuring = page.getByRole('dialog', { name: /^Measure this (GPU|adapter)$/ })
  await measuring.getByRole('button', { name: 'Measure', exact: true }).click()
  await eventually(() => measuring.getByRole('status').innerText()).toMatch(/comparing/)
  await page.keyboard.press('Escape')
  await measuring.waitFor({ state: 'hidden' })

  // The panels of the workbench, each until it has drawn.
  await page.evaluate("engram.load('softmax-synapses')")
  await page.locator('body[data-state=ready]').waitFor()
  await page.evaluate('engram.step(20).then(() => engram.simulation.flush())')
  const close = (panel: string) =>
    eventually(async () => {
      const open = await page.locator(`${panel}[open]`).count()
      if (open > 0) await page.keyboard.press('Escape')
      return open
    }).toBe(0)
  for (const [entry, panel, drawn] of [
    ['figure', '.panel-figures', 'img[src^=blob]'],
    ['film', '.panel-film', 'select'],
    ['code', '.panel-code', 'svg.squares'],
  ] as const) {
    await page.locator('#export').click()
    await page.locator(`#export-menu [data-export=${entry}]`).click()
    await page.locator(`${panel} ${drawn}`).first().waitFor()
    await close(panel)
  }
  await page.locator('.write').click()
  await page.locator('.panel-lesson .preview .katex').first().waitFor()
  await close('.panel-lesson')
  await page.keyboard.press('g')
  const vary = page.locator('.panel-vary')
  await vary.locator('[data-field=ticks]').fill('5')
  await vary.getByRole('button', { name: 'Run', exact: true }).click()
  await vary.locator('[data-state=done]').waitFor()
  await vary.getByRole('button', { name: 'Figure…' }).click()
  await page.locator('.panel-figures img[src^=blob]').waitFor()
  await close('.panel-figures')
  await close('.panel-vary')
  // A run that is over, and one that goes on.
  for (const key of ['s', 's', 'k', 'r', 's']) {
    await page.keyboard.press(key)
    await frames(page, 3)
  }
  await page.keyboard.press('u')
  const own = page.locator('.panel-runs table').first()
  await own.getByRole('button', { name: 'Compare' }).last().click()
  await page.locator('.panel-comparison canvas').first().waitFor()
  await close('.panel-comparison')
  await page.keyboard.press('j')
  await page.locator('.trajectory canvas').first().waitFor()
  await page.keyboard.press('j')
  await page.evaluate(`{
    const transfer = new DataTransfer()
    transfer.items.add(new File(['1,2,3,4\\n5,6,7,9\\n'], 'own.csv'))
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
  }`)
  await page.locator('.panel-data .data-preview canvas').first().waitFor()
  await close('.panel-data')
  await page.keyboard.press('b')
  await page.locator('.builder-graph g.layer').first().waitFor()
  await page.locator('.builder').getByRole('button', { name: 'Text' }).click()
  await page.locator('.cm-content').waitFor()
  // A policy that is not in force would find nothing either.
  expect(await page.evaluate('violations')).toEqual([])
  await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<i style=\"color: red\"></i>')")
  await eventually(() => page.evaluate<string[]>('violations')).toHaveLength(1)
  lab.complaints()
  await page.context().close()
})
