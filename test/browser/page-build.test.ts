import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { eventually, useLab, violationsOf } from './lab.ts'

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
    type: (text: string) => press(...Array.from(text)),
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
  type Keys = ReturnType<typeof keysOn>

  const build = async (name: string, act: (keys: Keys) => Promise<void>) => {
    const keys = keysOn(page)
    await keys.press('n')
    await page.locator('#new-menu [role=menuitem]').first().waitFor()
    await keys.press('End', 'Enter')
    const layers = 'Object.keys(engram.simulation?.model.scenario.neurons ?? {}).join()'
    await eventually(() => page.evaluate(layers)).toBe('layer')
    await page.locator('body[data-state=ready]').waitFor()
    await page.locator('#play:focus').waitFor()
    // Readers who want little motion start the run themselves.
    expect(await page.evaluate('engram.playing')).toBe(false)
    // Keys that come before the network do not act on the page.
    const isFirst = name === 'two layers'
    let arrive = (): void => undefined
    const typed = new Promise<void>((resolve) => (arrive = resolve))
    if (isFirst) await page.route('**/assets/panel-*.js', (route) => typed.then(() => route.continue()))
    await keys.press('b')
    if (isFirst) {
      await page.keyboard.type('s2')
      arrive()
    }
    await page.locator('.builder-graph g.layer:focus').waitFor()
    expect(await lab.engram<number>('simulation.tick')).toBe(0)
    await act(keys)
    await eventually(status).toMatch(/^Runs as drawn\./)
    console.log(`keys of ${name}: ${keys.count}`)
    expect(keys.count).toBeLessThan(200)
    await page.evaluate('engram.step(3).then(() => engram.simulation.flush())')
    expect(await lab.engram<number>('simulation.tick')).toBeGreaterThan(0)
  }
  /** Goes on with Tab to a field of the form. */
  const tabTo = async (keys: Keys, place: string) => {
    for (let tabs = 0; tabs < 30; tabs++) {
      const now = await page.evaluate<string>(
        'document.activeElement.dataset.keys + document.activeElement.dataset.role',
      )
      if (now === place) return
      await keys.press('Tab')
    }
    throw new Error(`Tab does not reach ${place}`)
  }
  /** The form of a layer: its name, its size, its Lagrangian. */
  const fill = async (keys: Keys, name: string, size: readonly number[], lagrangian: string) => {
    await keys.type(name)
    await keys.press('Tab')
    if (size.length > 1) await keys.type(String(size.length))
    for (const length of size) {
      await keys.press('Tab')
      await keys.type(String(length))
    }
    await keys.press('Tab')
    await keys.type(lagrangian)
    await keys.press('Escape')
  }
  const layer = async (keys: Keys, ...values: [string, readonly number[], string]) => {
    await keys.press('a', 'Enter')
    await page.locator('.builder-form [data-role=name]:focus').waitFor()
    await fill(keys, ...values)
  }

  await build('two layers', async (keys) => {
    // The space bar is that of a button here, and does not start the run.
    await keys.press(' ')
    expect(await page.evaluate('engram.playing')).toBe(false)
    await fill(keys, 'image', [28, 28], 'lin')
    await layer(keys, 'hidden', [32], 'softm')
    await keys.press('ArrowLeft', 'c', 'ArrowRight', 'Enter')
    await eventually(() => scenario('memories')).toMatchObject({ memory: { from: 'image', to: 'hidden' } })
    expect(await scenario('neurons')).toMatchObject({
      image: { size: [28, 28], lagrangian: { kind: 'linear' } },
      hidden: { size: 32, lagrangian: { kind: 'softmax' } },
    })
  })
  await page.keyboard.press('Escape')

  // The four layers and three synapses of HAMUX's readme, with fewer channels.
  await build('four layers', async (keys) => {
    await keys.press('Enter')
    await fill(keys, 'image', [3, 32, 32], 'tanh')
    await layer(keys, 'patches', [8, 11, 11], 'sigm')
    await layer(keys, 'labels', [10], 'softm')
    await layer(keys, 'hidden', [32], 'softm')
    await keys.press('c', 'ArrowLeft', 'Enter')
    await keys.press('ArrowUp', 'c', 'ArrowDown', 'Enter')
    await keys.press('ArrowDown', 'ArrowLeft', 'c', 'ArrowRight', 'Enter')
    await keys.press('Enter', 'Tab')
    await keys.type('conv')
    await tabTo(keys, 'memories/memory3/kernel/0value')
    await keys.type('3')
    await keys.press('Tab')
    await keys.type('3')
    await tabTo(keys, 'memories/memory3/stridevalue')
    await keys.type('3')
    await tabTo(keys, 'memories/memory3/boundarychoice')
    await keys.type('z')
    await keys.press('Escape')
    await eventually(() => scenario('memories')).toMatchObject({
      memory: { from: 'hidden', to: 'labels' },
      memory2: { from: 'hidden', to: 'patches' },
      memory3: { kind: 'convolution', from: 'image', to: 'patches', kernel: [3, 3], stride: 3 },
    })
  })
  await page.keyboard.press('Escape')

  await build('hierarchy', async (keys) => {
    await keys.press('Enter')
    await fill(keys, 'pixels', [12, 12], 'lin')
    await layer(keys, 'prototypes', [10], 'softm')
    await layer(keys, 'classes', [5], 'softm')
    await keys.press('c', 'ArrowLeft', 'Enter')
    await keys.press('ArrowDown', 'c', 'ArrowLeft', 'Enter')
    await keys.press('a')
    await keys.type('stim')
    await keys.press('Enter', 'Escape', 'a')
    await keys.type('probe')
    await keys.press('Enter')
    await eventually(() => scenario('probes')).toHaveProperty('energy')
    expect(await scenario('stimulus')).toHaveLength(1)
    expect(Object.keys(await scenario('memories'))).toHaveLength(2)
  })

  // Each change is a step back.
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+z')
  await eventually(() => scenario('probes')).toEqual({})
  expect(await page.locator('.builder-lists [data-keys="probes/energy"]').count()).toBe(0)

  // A line drawn from one layer to another connects them; Delete takes what is chosen away.
  const middle = async (name: string) => {
    const { x, y, width, height } = (await page.locator(`[data-id="neurons.${name}"]`).boundingBox())!
    return [x + width / 2, y + height / 2] as const
  }
  await page.mouse.move(...(await middle('pixels')))
  await page.mouse.down()
  await page.mouse.move(...(await middle('classes')), { steps: 4 })
  await page.mouse.up()
  await eventually(() => scenario('memories')).toMatchObject({ memory3: { from: 'pixels', to: 'classes' } })
  await page.locator('[data-id="memories.memory3"]:focus').waitFor()
  await page.keyboard.press('Delete')
  await eventually(() => scenario('memories')).not.toHaveProperty('memory3')
  await eventually(status).toMatch(/^Runs as drawn\./)

  // The text and the graph are the same draft.
  await page.getByRole('button', { name: 'Text', exact: true }).click()
  const content = page.locator('.cm-content')
  await content.waitFor()
  const text = async (): Promise<string> => (await content.locator('.cm-line').allInnerTexts()).join('\n')
  // It takes the focus when it is ready.
  await page.locator('.builder-editor:focus').waitFor()
  const before = await text()
  // What undo takes back, redo writes as it was.
  await page.locator('.builder-graph [tabindex="0"]').focus()
  await page.keyboard.press('Control+z')
  await eventually(() => scenario('memories')).toHaveProperty('memory3')
  await page.keyboard.press('Control+z')
  await eventually(() => scenario('memories')).not.toHaveProperty('memory3')
  await eventually(text).toBe(before)
  await page.keyboard.press('Control+z')
  await eventually(() => scenario('stimulus')).toEqual([])
  await eventually(status).toMatch(/^Runs as drawn\./)
  await page.locator('.builder-graph [tabindex="0"]').focus()
  await page.keyboard.press('Control+Shift+Z')
  await eventually(() => scenario('stimulus')).toHaveLength(1)
  await eventually(text).toBe(before)
  const write = async (next: string) => {
    await content.focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(next)
  }
  await write(before.replaceAll('"prototypes"', '"middle"'))
  await page.locator('[data-id="neurons.middle"]').waitFor()
  await eventually(() => scenario('neurons')).toHaveProperty('middle')
  // What is wrong stays a draft, with its place, and the network goes on.
  await write(before.replace('"dt": 0.1', '"dt": -1'))
  await eventually(status).toMatch(/^Draft, .* time.dt: must be a number > 0, not -1/)
  expect(await page.locator('.cm-lintRange-error').innerText()).toBe('-1')
  expect(await scenario('time.dt')).toBe(0.1)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await violationsOf(page)).toEqual([])
  }
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  await page.getByRole('button', { name: 'Discard draft' }).click()
  await eventually(status).toMatch(/^Runs as drawn\./)
  expect(await text()).toContain('"middle"')

  // A draft is a step to undo in its order; redo writes it as it was.
  const layers = async () => Object.keys(await scenario('neurons')).length
  const count = await layers()
  const focusGraph = () => page.locator('.builder-graph [tabindex="0"]').focus()
  const add = async (what: string) => {
    await focusGraph()
    const keys = keysOn(page)
    await keys.press('a')
    await keys.type(what)
    await keys.press('Enter', 'Escape')
  }
  await add('layer')
  await eventually(layers).toBe(count + 1)
  await eventually(status).toMatch(/^Runs as drawn\./)
  await add('memory: att')
  await eventually(status).toMatch(/^Draft/)
  const draft = await text()
  await add('layer')
  await eventually(text).not.toBe(draft)
  await focusGraph()
  await page.keyboard.press('Control+z')
  await eventually(text).toBe(draft)
  expect(await status()).toMatch(/^Draft/)
  await page.keyboard.press('Control+z')
  await eventually(status).toMatch(/^Runs as drawn\./)
  expect(await layers()).toBe(count + 1)
  await page.keyboard.press('Control+z')
  await eventually(layers).toBe(count)
  await page.keyboard.press('Control+Shift+Z')
  await eventually(layers).toBe(count + 1)
  await page.keyboard.press('Control+Shift+Z')
  await eventually(text).toBe(draft)
  await page.getByRole('button', { name: 'Discard draft' }).click()
  await eventually(status).toMatch(/^Runs as drawn\./)
})

test('a size that the files of a scenario do not fit is a draft with its reason, which undo takes back', async () => {
  const { page } = lab
  await lab.load('digits')
  await page.keyboard.press('b')
  await page.locator('.builder [data-id="neurons.visible"]').focus()
  const width = page.locator('.builder-form').getByLabel('width')
  await width.fill('27')
  await width.press('Tab')
  await eventually(status).toMatch(/^Draft, .*rows have 784 columns/)
  expect(await lab.engram('scenario.neurons.visible.size')).toEqual([28, 28])
  // A reload keeps the draft.
  await page.reload()
  await page.locator('body[data-state=ready]').waitFor()
  await page.evaluate(`{
    globalThis.heights = new Set()
    new MutationObserver(() => {
      const lists = document.querySelector('.builder-lists')
      if (lists?.offsetParent) heights.add(lists.offsetHeight)
    }).observe(document.body, { attributes: true, childList: true, subtree: true })
  }`)
  // With the panel closed the draft is announced, and the button has a mark.
  const network = page.locator('#network[data-draft]')
  await eventually(() => network.getAttribute('title')).toContain('a draft waits')
  await page.getByRole('button', { name: 'Open it' }).click()
  await eventually(status).toMatch(/^Draft, .*rows have 784 columns/)
  // The lists stand where they stay from the first frame.
  expect(await page.evaluate('heights.size')).toBe(1)
  await page.locator('.builder [data-id="neurons.visible"]').focus()
  expect(await width.inputValue()).toBe('27')
  // The buttons of the page lie beneath the panel, which has its own.
  await page.locator('.builder [data-act=undo]').click()
  await eventually(status).toMatch(/^Runs as drawn\./)
  expect(await width.inputValue()).toBe('28')
  await page.locator('.builder [data-act=redo]').click()
  await eventually(status).toMatch(/^Draft/)
  await page.locator('.builder [data-act=undo]').click()
  await eventually(status).toMatch(/^Runs as drawn\./)
  await page.keyboard.press('b')
  await eventually(() => page.locator('#network[data-draft]').count()).toBe(0)
})

test('a trained memory keeps its values under another name; undo brings back what a removal loses', async () => {
  const { page } = lab
  await lab.visit('softmax-synapses')
  const stepped = (ticks: number) =>
    page.evaluate(`engram.step(${ticks}).then(() => engram.simulation.flush())`)
  await stepped(50)
  const [xi, visible] = [await lab.read('xi'), await lab.read('visible')]
  const toast = () => page.locator('#toast').innerText()
  const part = (id: string) => page.locator(`.builder [data-id="${id}"]`)
  const rename = async (id: string, to: string) => {
    await part(id).focus()
    const name = page.locator('.builder-form [data-role=name]')
    await eventually(() => name.inputValue()).toBe(id.split('.')[1])
    await name.fill(to)
    await name.press('Enter')
    await part(`${id.split('.')[0]}.${to}`).waitFor()
    await eventually(status).toMatch(/^Runs as drawn\./)
  }
  await page.keyboard.press('b')
  await page.locator('.builder-graph g.layer:focus').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await rename('memories.xi', 'learnt')
  await rename('neurons.visible', 'seen')
  expect(await lab.read('learnt')).toEqual(xi)
  expect(await lab.read('seen')).toEqual(visible)
  expect(await toast()).not.toMatch(/anew|lost/)
  await stepped(10)
  const later = await lab.read('learnt')
  const graph = page.locator('.builder-graph [tabindex="0"]')
  for (const [key, group, name] of [
    ['Control+z', 'neurons', 'visible'],
    ['Control+z', 'memories', 'xi'],
    ['Control+Shift+Z', 'memories', 'learnt'],
    ['Control+Shift+Z', 'neurons', 'seen'],
  ] as const) {
    await graph.focus()
    await page.keyboard.press(key)
    await eventually(() => scenario(group)).toHaveProperty(name)
    if (name === 'xi') expect(await lab.read('xi')).toEqual(later)
  }
  expect(await lab.read('learnt')).toEqual(later)
  expect(await lab.engram('simulation.tick')).toBe(60)

  await part('memories.learnt').focus()
  await page.keyboard.press('Delete')
  await eventually(() => scenario('memories')).toEqual({})
  await eventually(toast).toContain('"learnt" are lost')
  await stepped(5)
  await graph.focus()
  await page.keyboard.press('Control+z')
  await eventually(() => scenario('memories')).toHaveProperty('learnt')
  await eventually(toast).toContain('"learnt" returns as at tick 60; the rest goes on.')
  expect(await lab.read('learnt')).toEqual(later)
  expect(await lab.engram('simulation.tick')).toBe(65)
})

test('a change of the form while a step is being undone is kept, and the step stays undone', async () => {
  const { page } = lab
  await lab.load('softmax-synapses')
  await lab.engram("set('seed', 7)")
  await page.keyboard.press('b')
  await page.locator('.builder [data-id="neurons.visible"]').focus()
  const name = page.locator('.builder-form [data-role=name]')
  await eventually(() => name.inputValue()).toBe('visible')
  await page.evaluate(`{
    globalThis.undone = engram.undo()
    const input = document.querySelector('.builder-form [data-role=name]')
    input.value = 'seen'
    input.dispatchEvent(new Event('change'))
  }`)
  expect(await page.evaluate('undone')).toBe(true)
  await eventually(() => scenario('neurons')).toHaveProperty('seen')
  await eventually(status).toMatch(/^Runs as drawn\./)
  expect([await scenario('seed'), Object.keys(await scenario('neurons'))]).toEqual([1, ['seen', 'hidden']])
  // One step.
  await lab.engram('undo()')
  expect([await scenario('seed'), Object.keys(await scenario('neurons'))]).toEqual([1, ['visible', 'hidden']])
  await page.keyboard.press('b')
})

test('a network without a text has no room for one, and a short text has its own height', async () => {
  const { page } = lab
  await lab.load('softmax-synapses')
  const room = async (description: string) => {
    await page.evaluate(
      `(({ lesson, ...own }) => engram.load({ ...own, name: 'mine', description: ${JSON.stringify(description)} }))(engram.scenario)`,
    )
    await eventually(() => page.locator('#title').innerText()).toBe('mine')
    await eventually(() => page.locator('#description').innerText()).toBe(description)
    return page.evaluate<number>("document.querySelector('.about').scrollHeight")
  }
  const line = 20
  const none = await room('')
  expect(none).toBeLessThan(60)
  expect((await room('One line.')) - none).toBeLessThan(1.5 * line)
})

test('what a slider does while a network is built is a step of its own', async () => {
  await lab.load('softmax-synapses')
  const state = async () => [await scenario('seed'), await scenario('memories.xi.tau')]
  const [seed, tau] = await state()
  const canRedo = () => lab.page.locator('#redo').isEnabled()
  const during = (act: string, value: number) =>
    lab.page.evaluate(`(async () => {
      const done = engram.${act}, before = engram.simulation
      await new Promise((resolve) => setTimeout(resolve))
      engram.simulation.set('memories.xi.tau', ${value})
      if (engram.simulation !== before) throw new Error('it is there already')
      await done
    })()`)
  await during("set('seed', 7)", 70)
  expect(await state()).toEqual([7, 70])
  await lab.engram('undo()')
  expect(await state()).toEqual([seed, 70])
  await lab.engram('undo()')
  expect(await state()).toEqual([seed, tau])
  await lab.engram('redo()')
  await lab.engram('redo()')
  expect(await state()).toEqual([7, 70])
  await during('undo()', 80)
  expect(await state()).toEqual([seed, 80])
  await lab.engram('undo()')
  expect(await state()).toEqual([seed, 70])
  await eventually(canRedo).toBe(true)
  await during('rebuild({ ...engram.scenario, seed: 8 })', 90)
  await during('restore()', 95)
  expect(await state()).toEqual([seed, 95])
  await lab.engram('undo()')
  expect(await state()).toEqual([seed, tau])
  await lab.engram('undo()')
  expect(await state()).toEqual([8, 90])
})

test('of the changes in the builder the last is undone first, whatever is under way', async () => {
  const { page } = lab
  await lab.visit('softmax-synapses')
  await page.keyboard.press('b')
  await page.locator('.builder-graph g.layer:focus').waitFor()
  await page.locator('.builder [data-id="neurons.hidden"]').focus()
  await page.locator('[data-keys="neurons/hidden/every"]').waitFor({ state: 'attached' })
  const state = async () =>
    Promise.all(['every', 'lagrangian.beta'].map((path) => scenario(`neurons.hidden.${path}`)))
  const write = (key: string, value: number) => `{
    const input = document.querySelector('input[data-keys="neurons/hidden/${key}"]')
    input.value = '${value}'
    input.dispatchEvent(new Event('change'))
  }`
  const before = await state()
  const [every, beta] = before
  // Two wait for the first, which builds a network: each is a step.
  const three = [write('every', 2), write('lagrangian/beta', 3), write('every', 5)]
  await page.evaluate(`${three.join(' ')} engram.undo()`)
  expect(await state()).toEqual([2, 3])
  await lab.engram('redo()')
  expect(await state()).toEqual([5, 3])
  await lab.engram('undo()')
  await lab.engram('undo()')
  expect(await state()).toEqual([2, beta])
  await lab.engram('undo()')
  expect(await state()).toEqual(before)

  // A draft that is made while a step is undone is one after it.
  await lab.engram('redo()')
  await page.evaluate(`(async () => {
    const done = engram.undo()
    await new Promise((resolve) => setTimeout(resolve))
    ${write('lagrangian/beta', -1)}
    await done
  })()`)
  await eventually(status).toMatch(/^Draft/)
  expect(await state()).toEqual(before)
  await lab.engram('undo()')
  await eventually(status).toMatch(/^Runs as drawn\./)
  expect(await state()).toEqual(before)
  expect(await lab.engram('undo()')).toBe(false)

  // A text that is left is there before the undo that follows.
  await page.getByRole('button', { name: 'Text', exact: true }).click()
  await page.locator('.builder-editor:focus').waitFor()
  await page.getByRole('button', { name: 'Copy', exact: true }).click()
  const text = await page.evaluate<string>('navigator.clipboard.readText()')
  await page.locator('.cm-content').focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(text.replace(/"hidden": \{/, '"hidden": { "every": 4,'))
  await page.locator('.builder-graph [tabindex="0"]').focus()
  await page.keyboard.press('Control+z')
  await eventually(() => page.locator('#redo').isEnabled()).toBe(true)
  await eventually(state).toEqual([every, beta])
  await lab.engram('redo()')
  expect(await state()).toEqual([4, beta])
  await page.keyboard.press('b')
})
