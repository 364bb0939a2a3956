import { test } from 'vitest'
import { eventually, useLab } from './lab.ts'

const lab = useLab()

test('a click on a picture that nothing else takes makes it large', async () => {
  await lab.visit('digits')
  await eventually(async () => (await lab.pixels('#large canvas')).colours).toBeGreaterThan(1)
  await lab.page.locator('#small [data-name=xi] canvas').click()
  await lab.page.locator('#large [data-name=xi]').waitFor()
})
