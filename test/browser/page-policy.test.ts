import { expect, test } from 'vitest'
import { eventually, useLab } from './lab.ts'

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
  const results = page.getByRole('dialog', { name: 'Published results' })
  await results.getByRole('button', { name: 'Spectrum of a Hebbian' }).click()
  await results.getByRole('button', { name: 'Run', exact: true }).click()
  await eventually(() => results.getByRole('status').innerText()).toMatch(/^Pass/)
  // A policy that is not in force would find nothing either.
  expect(await page.evaluate('violations')).toEqual([])
  await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<i style=\"color: red\"></i>')")
  await eventually(() => page.evaluate<string[]>('violations')).toHaveLength(1)
  lab.complaints()
  await page.context().close()
})
