import { test } from 'vitest'
import { serveSources } from './browser.ts'
import { useLab } from './lab.ts'

// It plays, as a reader sees it.
const lab = useLab({ reducedMotion: 'no-preference' })

test('npm start serves the same page from its sources', async () => {
  const sources = await serveSources()
  await lab.page.goto(`${sources.url}?scenario=softmax-synapses`)
  await lab.page.locator('body[data-state=ready]').waitFor()
  await lab.page.waitForFunction('engram.simulation.tick >= 1')
  await sources.close()
})
