import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  const drop = (files: readonly (readonly [string, readonly number[]])[]) =>
    page.evaluate(`{
      const transfer = new DataTransfer()
      for (const [name, bytes] of ${JSON.stringify(files)})
        transfer.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
    }`)
  const sheet = page.locator('.panel-data')
  // The sheet says what was read and what was not, and forgets it at the next files.
  const broken = ['a-broken.png', [1, 2, 3]] as const
  await drop([broken, images[0]!])
  await sheet.locator('.data-preview canvas').first().waitFor()
  expect(await sheet.locator('dl').textContent()).toContain('Filesown-0.pngRows1')
  expect(await sheet.locator('.data-refused').textContent()).toContain('Left out: a-broken.png')
  await sheet.press('Escape')
  await drop([broken])
  await eventually(() => sheet.locator('[role=alert]').textContent()).toContain('a-broken.png cannot be read')
  for (const gone of ['.data-refused', '[data-part=count]', '[data-part=layer]', '.data-goes'])
    expect(await sheet.locator(gone).isVisible(), gone).toBe(false)
  expect(await sheet.locator('dl').textContent()).toBe('')
  await sheet.press('Escape')

  await drop(images)
  await sheet.locator('.data-preview canvas').first().waitFor()
  expect(await sheet.locator('dl').textContent()).toContain('Rows6A row32 x 32 pixels')
  expect(await sheet.locator('.data-preview canvas').count()).toBe(12)
  // The memory is binary: rows become signs.
  expect(await sheet.locator('[data-part=binarize]').isChecked()).toBe(true)
  expect(await sheet.textContent()).toContain('nothing leaves the browser')
  await sheet.locator('[data-act=use]').click()
  await sheet.waitFor({ state: 'hidden' })
  await eventually(() => lab.engram<number>('simulation.model.memories[0].init.rows')).toBe(6)
  await eventually(() => page.locator('#toast').textContent()).toContain(
    'own-0.png and 5 more: 6 images in use.',
  )
  await lab.pause()
  await page.evaluate('engram.reset().then(() => engram.step(60)).then(() => engram.simulation.flush())')
  // Each of the 20 networks started from one of the six, a part of its signs flipped, and has it again.
  const states = await lab.read('visible')
  const memories = await page.evaluate<number[]>(
    '[...engram.simulation.model.memories[0].init.data].map(Math.sign)',
  )
  for (let replica = 0; replica < 20; replica++) {
    const own = memories.slice((replica % 6) * 256, ((replica % 6) + 1) * 256)
    const right = own.filter((sign, at) => sign === Math.sign(states[replica * 256 + at]!)).length
    expect(right, `replica ${replica}`).toBe(256)
  }
  // One step of undo.
  await page.locator('#undo').click()
  await eventually(() => lab.engram<number>('simulation.model.memories[0].init.rows')).toBe(1000)
  // It returns to the run before, and redo to that with the images.
  expect(await lab.engram<number>('simulation.tick')).toBe(0)
  const overlap = page.locator('.plot', { has: page.locator('h3', { hasText: 'overlap' }) })
  await eventually(() => overlap.locator('.plot-key output').textContent()).toMatch(/\d/)
  await page.locator('#redo').click()
  await eventually(() => lab.engram<number>('simulation.model.memories[0].init.rows')).toBe(6)
  expect(await lab.engram<number>('simulation.tick')).toBe(60)

  await page.locator('#export').click()
  await page.locator('#export-menu [data-export=figure]').click()
  const figures = page.locator('.panel-figures')
  await figures.locator('img[src^=blob]').waitFor()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    figures.locator('[data-save=svg]').click(),
  ])
  expect(file.suggestedFilename()).toBe('dense-memory-plots.svg')
  // The dialog stays for the other formats.
  expect(await figures.locator('[role=status]').textContent()).toBe('Saved as dense-memory-plots.svg.')
  await page.keyboard.press('Escape')
  const svg = readFileSync(await file.path(), 'utf8')
  // A page of a paper, with the figure in it.
  const paper = await lab.open()
  await paper.setContent(`<title>Paper</title><main>${svg}</main>`)
  const words = await paper.locator('svg text').allTextContents()
  expect(words).toEqual(expect.arrayContaining(['overlap', 'time', 'mean of the largest']))
  expect(words.join(' ')).toContain('memories.xi.init')
  const { colours } = await lab.pixels('svg', paper)
  expect(colours).toBeGreaterThan(20)
  await paper.close()

  // The network with its data is one file, which opens with the memories that it had.
  await page.locator('#export').click()
  const [bundle] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('#export-menu [data-export=engram]').click(),
  ])
  // Named like the data.
  expect(bundle.suggestedFilename()).toBe('dense-memory-own-0-and-5-more.engram')
  await page.locator('#scenario').selectOption('softmax-synapses')
  await eventually(() => lab.engram<number>('simulation.model.memories[0].init.rows')).toBe(4)
  await page
    .locator('#file')
    .setInputFiles({ name: 'own.engram', mimeType: '', buffer: readFileSync(await bundle.path()) })
  await eventually(() => lab.engram<number>('simulation.model.memories[0].init.rows')).toBe(6)
  expect(await page.evaluate('[...engram.simulation.model.memories[0].init.data].map(Math.sign)')).toEqual(
    memories,
  )

  // A folder from disk, as a hand drops it: a class for each folder in it.
  const folder = mkdtempSync(join(tmpdir(), 'engram-drop-'))
  const faces = join(folder, 'faces')
  for (const [index, [, bytes]] of images.slice(0, 3).entries()) {
    const person = join(faces, index < 2 ? 'anna' : 'bert')
    mkdirSync(person, { recursive: true })
    writeFileSync(join(person, `${index}.png`), Uint8Array.from(bytes))
  }
  writeFileSync(join(faces, '.hidden'), '')
  const tools = await page.context().newCDPSession(page)
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await tools.send('Input.dispatchDragEvent', {
      type,
      x: 300,
      y: 300,
      data: { items: [], files: [faces], dragOperationsMask: 1 },
    })
  await eventually(() => sheet.locator('dl').textContent()).toContain('Files3 images')
  const classes = () => sheet.locator('[data-part=classes] label').allInnerTexts()
  expect((await classes()).map((text) => text.trim().split(/\s/)[0])).toEqual(['anna', 'bert'])
  await page.keyboard.press('Escape')
  rmSync(folder, { recursive: true })

  // Two files as those of MNIST: images of 8 x 8 with their labels.
  const idx = (sides: readonly number[], values: readonly number[]): number[] => [
    ...[0, 0, 8, sides.length],
    ...sides.flatMap((side) => [0, 0, 0, side]),
    ...values,
  ]
  const pixels = Array.from({ length: 4 * 64 }, (_, at) => (at * 37) % 256)
  await page.evaluate(`{
    const transfer = new DataTransfer()
    for (const [name, bytes] of ${JSON.stringify([
      ['own-labels-idx1-ubyte', idx([4], [7, 3, 7, 3])],
      ['own-images-idx3-ubyte', idx([4, 8, 8], pixels)],
    ])}) transfer.items.add(new File([new Uint8Array(bytes)], name))
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
  }`)
  await eventually(() => sheet.locator('dl').textContent()).toContain('A row8 x 8 pixels')
  expect((await classes()).map((text) => text.trim().split(/\s/)[0])).toEqual(['3', '7'])
  await sheet.locator('[data-act=use]').click()
  await sheet.waitFor({ state: 'hidden' })
  await eventually(() => lab.engram<number>('simulation.model.memories[0].init.rows')).toBe(4)
})

test('a blank image is left out by name, and overlapping images are told before a Hopfield network mixes them', async () => {
  await lab.load('hopfield')
  const { page } = lab
  await lab.engram("set('replicas', 3)")
  const image = (value: (x: number, y: number) => number): number[] => {
    const data = Uint8Array.from({ length: 256 }, (_, at) => value(at % 16, Math.floor(at / 16)))
    return [...encode({ width: 16, height: 16, data, channels: 1, depth: 8 })]
  }
  // The same disk with another small spot in each.
  const files = [
    ...[0, 1, 2].map((index) => [
      `disk-${index}.png`,
      image((x, y) =>
        (x - 7.5) ** 2 + (y - 7.5) ** 2 < 40 || (y < 2 && Math.floor(x / 5) === index) ? 240 : 20,
      ),
    ]),
    ['blank.png', image(() => 255)],
  ]
  const drop = (all: readonly unknown[]) =>
    page.evaluate(`{
      const transfer = new DataTransfer()
      for (const [name, bytes] of ${JSON.stringify(all)})
        transfer.items.add(new File([new Uint8Array(bytes)], name, { type: name.endsWith('.png') ? 'image/png' : '' }))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
    }`)
  const sheet = page.locator('.panel-data')
  const letters = (text: string): number[] => [...Buffer.from(text)]
  const [prose, other] = [
    ['story.txt', letters('Once upon a time\nthere was a network, which\nlearned.')],
    ['notes.pdf', [1]],
  ]
  // Each file that is none is named, with its reason, and hides no other.
  await drop([other, ['broken.png', [1]], prose])
  await eventually(() => sheet.locator('[role=alert]').innerText()).toMatch(
    /^broken\.png cannot be read.*; story\.txt is no table of numbers: "Once" in line 1.*; notes\.pdf: no data; give images/,
  )
  await drop([other, ['broken.png', [1]], prose, ['table.csv', letters('1,2\n3,4')]])
  await eventually(() => sheet.locator('dl').textContent()).toContain('Filestable.csvRows2')
  expect(await sheet.locator('.data-refused').innerText()).toMatch(
    /^Left out: broken\.png .*; story\.txt is no table .*; notes\.pdf is not read as data\.$/,
  )
  // A column of words is that of the classes.
  await drop([['sorts.csv', letters('x,y,sort\n1,2,a\n3,4,b\n5,7,a')]])
  await eventually(() => sheet.locator('[data-part=classes]').innerText()).toMatch(/a \(2\)\s+b \(1\)/)
  const wide = [
    ...encode({ width: 30, height: 10, data: new Uint8Array(300).fill(9, 7), channels: 1, depth: 8 }),
  ]
  await drop([files[0], ['wide.png', wide]])
  await eventually(() => sheet.locator('[data-part=size]').innerText()).toContain(
    '13 x 23, median of 2 sizes',
  )
  await drop(files)
  await eventually(() => sheet.locator('.data-refused').innerText()).toMatch(/blank\.png has one value/)
  expect(await sheet.locator('dl').textContent()).toContain('Rows4, one of them left out')
  expect(await sheet.locator('[data-part=result]').innerText()).toContain('3 rows of 256')
  expect(await sheet.locator('.data-doubts').innerText()).toMatch(
    /^The rows overlap by up to 0\.\d+, and a Hopfield network mixes such rows.*pseudoinverse/,
  )
  await sheet.locator('[data-act=use]').click()
  await sheet.waitFor({ state: 'hidden' })
  await eventually(() => lab.engram<number>('simulation.tick')).toBeGreaterThan(100)
  // The largest overlap is that with the mixture; the own one is lower or equal.
  const key = page.locator('[data-probe=overlap] .plot-key')
  await eventually(() => key.innerText()).toContain('with its own pattern')
})
