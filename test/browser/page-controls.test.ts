import { expect, test } from 'vitest'
import { eventually, frames, PAIR, useLab } from './lab.ts'

const lab = useLab()
const tick = (): Promise<number> => lab.engram('simulation.tick')
const value = (path: string): Promise<unknown> => lab.engram(`scenario.${path}`)
const toast = (): Promise<string | null> => lab.page.locator('#toast').textContent()

test('a rebuild keeps states, samples, tick and pace, and goes on playing where it played', async () => {
  await lab.load('softmax-synapses')
  await lab.engram('step(300)')
  await lab.engram('simulation.flush()')
  const [xi, pace] = [await lab.read('xi'), 123]
  await lab.engram(`pace = ${pace}`)
  expect(await lab.engram("set('time.integrator', 'exponential-euler')")).toBeUndefined()
  expect(await value('time.integrator')).toBe('exponential-euler')
  expect([await tick(), await lab.engram('pace'), await lab.engram('playing')]).toEqual([300, pace, false])
  expect(await lab.read('xi')).toEqual(xi)
  // The curve of what came before is still there: the latest value of each row.
  await eventually(() => lab.page.locator('.plot output').first().textContent()).toMatch(/\d/)

  await lab.engram('play()')
  await eventually(tick).toBeGreaterThan(305)
  await lab.engram("set('time.integrator', 'euler')")
  expect(await lab.engram('playing')).toBe(true)
  const then = await tick()
  expect(then).toBeGreaterThan(305)
  await eventually(tick).toBeGreaterThan(then)
  await lab.pause()
})

test.each(['exponential-euler', 'heun'])(
  'a network rebuilt with %s takes the same steps as one that was so from the start',
  async (kind) => {
    await lab.load('softmax-synapses')
    await lab.engram(`set('time.integrator', '${kind}')`)
    await lab.engram('step(20)')
    const rebuilt = [await lab.read('visible'), await lab.read('xi')]
    await lab.page.evaluate('engram.load(engram.scenario)')
    await lab.engram('step(20)')
    expect([await lab.read('visible'), await lab.read('xi')]).toEqual(rebuilt)
  },
)

test('a memory that a slider makes slow goes on in two words, with its state', async () => {
  await lab.load('hebbian-learning')
  await lab.engram('step(20)')
  const xi = await lab.read('xi')
  await lab.engram("set('memories.xi.tau', 1e5)")
  await eventually(() =>
    lab.engram("simulation.plan.buffers.some(({ name }) => name === 'xi/carry/matrix')"),
  ).toBe(true)
  await eventually(() => lab.engram('simulation.isExact')).toBe(true)
  expect([await tick(), await value('memories.xi.tau')]).toEqual([20, 1e5])
  expect(await lab.read('xi')).toEqual(xi)
})

test('what does not fit starts anew, with a notice that names it', async () => {
  await lab.load('softmax-synapses')
  await lab.engram('step(50)')
  await lab.engram("set('seed', 2)")
  await eventually(toast).toContain('"xi" starts anew at tick 50')
  expect(await tick()).toBe(50)
  await lab.engram("set('replicas', 3)")
  await eventually(toast).toContain('from tick 0')
  expect(await tick()).toBe(0)
  expect(await lab.read('visible')).toHaveLength(150)
})

test('a change that is not allowed leaves the network as it is and says why', async () => {
  await lab.load('softmax-synapses')
  await lab.engram('step(5)')
  await lab.engram('play()')
  expect(await lab.engram('rebuild({ ...engram.scenario, neurons: {} })')).toBe(false)
  await eventually(toast).toContain('neurons')
  expect(await lab.engram('playing')).toBe(true)
  const then = await tick()
  await eventually(tick).toBeGreaterThan(then)
  await expect(lab.engram("set('memories.xi.rule', 'other')")).rejects.toThrow('memories.xi.rule')
})

test('undo and redo take every change back and forth, rebuilds included', async () => {
  await lab.load('softmax-synapses')
  await lab.engram('step(10)')
  await lab.engram("set('memories.xi.tau', 100)")
  await lab.engram("set('time.integrator', 'exponential-euler')")
  await lab.engram("set('neurons.hidden.lagrangian.beta', 3)")
  const state = async () => [
    await value('memories.xi.tau'),
    await value('time.integrator'),
    await value('neurons.hidden.lagrangian.beta'),
  ]
  expect(await lab.engram('undo()')).toBe(true)
  expect(await state()).toEqual([100, 'exponential-euler', 2])
  expect(await lab.engram('undo()')).toBe(true)
  expect(await state()).toEqual([100, 'euler', 2])
  expect(await lab.engram('undo()')).toBe(true)
  expect(await state()).toEqual([250, 'euler', 2])
  expect(await lab.engram('undo()')).toBe(false)
  for (let step = 0; step < 3; step++) await lab.engram('redo()')
  expect(await state()).toEqual([100, 'exponential-euler', 3])
  await lab.engram('restore()')
  expect(await state()).toEqual([250, 'euler', 2])
  expect(await tick()).toBe(10)
  await lab.engram('undo()')
  expect(await state()).toEqual([100, 'exponential-euler', 3])
})

test('undo of the removal of a probe brings its samples back, in the same run only', async () => {
  const { page } = lab
  await lab.load('softmax-synapses')
  const stepped = (ticks: number) =>
    page.evaluate(`engram.step(${ticks}).then(() => engram.simulation.flush())`)
  const remove = () =>
    lab.engram(
      'rebuild(({ expect, ...now }) => ({ ...now, probes: { overlap: now.probes.overlap }, expect: undefined }))',
    )
  /** The time of the sample before the last one. */
  const before = async () => {
    const area = page
      .locator('.plot', { has: page.getByRole('heading', { name: 'similarity' }) })
      .locator('.plot-area')
    await area.focus()
    await page.keyboard.press('ArrowLeft')
    const time = await area.getAttribute('data-cursor')
    await page.locator('#play').focus()
    return time
  }
  await stepped(40)
  expect(await remove()).toBe(true)
  await stepped(40)
  await lab.engram('undo()')
  await eventually(before).toBe('t 40')
  await lab.engram('redo()')
  await lab.engram('reset()')
  await stepped(60)
  await lab.engram('undo()')
  await stepped(1)
  await eventually(before).toBe('t 60')
})

const control = (path: string) => lab.page.locator(`[data-path="${path}"]`)
const field = (path: string) => control(path).locator('input:not([type=range])')

test('a choice in the controls rebuilds, keeps the focus and marks what it did as undoable', async () => {
  await lab.load('softmax-synapses')
  await lab.engram(`load(${JSON.stringify(PAIR)})`)
  await lab.engram('step(10)')
  const state = await lab.read('pair')
  await control('neurons.pair.lagrangian').locator('select').selectOption('sigmoid')
  await eventually(() => value('neurons.pair.lagrangian.kind')).toBe('sigmoid')
  expect(await lab.read('pair')).toEqual(state)
  expect(await tick()).toBe(10)
  await expect.poll(() => control('neurons.pair.lagrangian').locator('select').inputValue()).toBe('sigmoid')
  await lab.page.locator('#undo').click()
  await eventually(() => value('neurons.pair.lagrangian.kind')).toBe('tanh')
  await lab.page.locator('#redo').click()
  await eventually(() => value('neurons.pair.lagrangian.kind')).toBe('sigmoid')
  await lab.page.locator('#restore').click()
  await eventually(() => value('neurons.pair.lagrangian.kind')).toBe('tanh')
  await eventually(() => lab.page.locator('#restore').isDisabled()).toBe(true)
})

test('one drag of a slider is one step of undo, and the slider follows', async () => {
  await lab.load('softmax-synapses')
  const slider = control('memories.xi.tau').locator('input[type=range]')
  await slider.scrollIntoViewIfNeeded()
  const box = (await slider.boundingBox())!
  await lab.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await lab.page.mouse.down()
  for (const part of [0.6, 0.7, 0.8]) await lab.page.mouse.move(box.x + part * box.width, box.y + 8)
  await lab.page.mouse.up()
  expect(await value('memories.xi.tau')).toBeGreaterThan(250)
  await lab.page.keyboard.press('Control+z')
  await eventually(() => value('memories.xi.tau')).toBe(250)
  expect(await field('memories.xi.tau').inputValue()).toBe('250')
  await lab.page.keyboard.press('Control+Shift+z')
  await eventually(() => value('memories.xi.tau')).not.toBe(250)
})

test('the memory a size would take is shown while it is typed; too large a one is refused with the numbers', async () => {
  await lab.load('hopfield')
  const note = lab.page.locator('.memory')
  expect(await note.textContent()).toContain('On the GPU: 9.99 MB')
  const buffers = await lab.engram('simulation.plan.bytes')
  const input = field('neurons.visible.size')
  await input.fill('2000')
  expect(await note.textContent()).toMatch(/Would take 17\.\d MB/)
  await input.fill('1000000')
  expect(await note.textContent()).toMatch(/too large: 4 TB\. .*needs more than \d+ bytes/)
  await input.press('Enter')
  await eventually(toast).toMatch(/needs more than \d+ bytes, there are \d+/)
  await eventually(() => input.inputValue()).toBe('1500')
  expect(await lab.engram('simulation.plan.bytes')).toBe(buffers)
})

test('number fields take a point, a comma and an exponent; the rest is refused with a word and changes nothing', async () => {
  await lab.load('softmax-synapses')
  await lab.page.evaluate('engram.load({ ...engram.scenario, replicas: 3 })')
  const fault = lab.page.locator('.number-fault')
  const type = async (path: string, text: string) => {
    await field(path).fill(text)
    await field(path).press('Enter')
  }
  const [beta, seed, dt] = ['neurons.hidden.lagrangian.beta', 'seed', 'time.dt'] as const
  for (const [text, number] of [
    ['0.05', 0.05],
    ['0,07', 0.07],
    ['6e-2', 0.06],
  ] as const) {
    await type(beta, text)
    await eventually(() => value(beta)).toBe(number)
    expect(await field(beta).inputValue()).toBe(String(number))
  }
  const before = await lab.engram('scenario')
  for (const [path, text, word] of [
    [beta, '0.05x', 'is not a number'],
    [beta, '1 2', 'is not a number'],
    [beta, '', 'missing'],
    [dt, '1.2.3', 'is not a number'],
    [dt, '1,000', 'write 1000 or 1.000'],
    [seed, '1.5', 'is not whole; write 1 or 2'],
    [seed, '12345678901234567890', 'has too many digits'],
    ['time.ticks', '1e-3', 'is not whole'],
    ['run.pace', '2.5', 'is not whole'],
    ['run.pace', '0', '1 or more'],
  ] as const) {
    const kept = await field(path).inputValue()
    await type(path, text)
    await eventually(() => fault.textContent()).toContain(word)
    expect(await field(path).inputValue(), text).toBe(kept)
  }
  expect(await lab.engram('scenario')).toEqual(before)

  const replica = lab.page.locator('.toolbar .replica input')
  await replica.fill('1.5')
  await replica.press('Enter')
  await eventually(() => fault.textContent()).toContain('write 1 or 2')
  expect([await replica.inputValue(), await lab.engram('replica')]).toEqual(['0', 0])
  await replica.fill('2')
  await replica.press('Enter')
  await eventually(() => lab.engram('replica')).toBe(2)
  expect(await fault.count()).toBe(0)

  const one = lab.page.locator('.plot-replica input')
  await one.fill('3x')
  await one.press('Enter')
  await eventually(() => fault.textContent()).toContain('“3x” is not a number')
  expect(await one.inputValue()).toBe('')
})

test('the fastest mode goes on as fast as the GPU can, and the pace comes back', async () => {
  await lab.load('softmax-synapses')
  const mode = control('run.mode').locator('select')
  const pace = await lab.engram('pace')
  await mode.selectOption('as fast as possible')
  expect(await lab.page.evaluate('engram.pace === Infinity')).toBe(true)
  expect(await field('run.pace').isDisabled()).toBe(true)
  await lab.engram('pace = 55')
  await eventually(() => field('run.pace').inputValue()).toBe('55')
  await mode.selectOption('as fast as possible')
  await mode.selectOption('ticks per second')
  expect(await lab.engram('pace')).toBe(55)
  expect(pace).toBe(200)
})

test('the help lists the keys, takes the focus, closes with Esc and gives the focus back', async () => {
  await lab.load('softmax-synapses')
  const help = lab.page.locator('.panel-keys')
  await lab.page.locator('#keys').focus()
  await lab.page.keyboard.press('?')
  await help.waitFor()
  const text = await help.textContent()
  for (const word of ['Play or pause', 'One tick', 'Undo', 'Redo', 'Space', 'Ctrl'])
    expect(text).toContain(word)
  // Keys of the page do nothing behind it.
  await lab.page.keyboard.press('s')
  await lab.page.keyboard.press('Escape')
  await help.waitFor({ state: 'hidden' })
  expect(await tick()).toBe(0)
  expect(await lab.page.evaluate('document.activeElement.id')).toBe('keys')
  await lab.page.keyboard.press('s')
  await eventually(tick).toBe(1)
  await lab.page.locator('#keys').click()
  await help.waitFor()
  await lab.page.keyboard.press('?')
  await help.waitFor({ state: 'hidden' })
})

test('a page that waits writes nothing into the document, frame after frame', async () => {
  await lab.load('softmax-synapses')
  await lab.engram('step(2)')
  // Longer than the longest interval at which numbers are looked at.
  const written = (): Promise<string[]> =>
    lab.page.evaluate(`new Promise((done) => {
      const seen = []
      const observer = new MutationObserver((records) => {
        for (const { target, type, attributeName } of records)
          seen.push([type, attributeName, target.id || target.className || target.nodeName].join(' '))
      })
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
      setTimeout(() => (observer.disconnect(), done(seen)), 1200)
    })`)
  // What the step has changed is told first.
  await eventually(written).toEqual([])
})

test('a hidden tab pauses and goes on when it is seen again', async () => {
  await lab.load('softmax-synapses')
  const hide = (hidden: boolean) =>
    lab.page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true })`)
  await lab.engram('play()')
  await eventually(tick).toBeGreaterThan(4)
  await hide(true)
  // What was under way runs to its end.
  await frames(lab.page)
  await lab.engram('simulation.flush()')
  const hidden = await tick()
  await frames(lab.page)
  expect([await tick(), await lab.engram('playing')]).toEqual([hidden, true])
  await hide(false)
  await eventually(tick).toBeGreaterThan(hidden)
})

test('an activation that is typed rebuilds the network; a wrong one is marked where it is wrong, and nothing stops', async () => {
  await lab.load('softmax-synapses')
  await lab.engram(
    "set('neurons.visible.lagrangian', { kind: 'custom', activation: 'x', lagrangian: 'x * x / 2', parameters: {} })",
  )
  const field = (index: number) => lab.page.locator('.expressions textarea').nth(index)
  await field(0).fill('tanh(a * x)')
  await field(1).fill('logCosh(a * x) / a')
  await field(2).fill('a = 2')
  await field(2).press('Enter')
  await eventually(() => value('neurons.visible.lagrangian')).toEqual({
    kind: 'custom',
    activation: 'tanh(a * x)',
    lagrangian: 'logCosh(a * x) / a',
    parameters: { a: 2 },
  })
  await lab.engram('play()')
  await eventually(tick).toBeGreaterThan(4)

  await field(0).fill('tanh(a * z)')
  expect(await lab.page.locator('.told p').first().textContent()).toMatch(/^activation: column 10: /)
  expect(await lab.page.locator('.told mark').textContent()).toBe('z')
  expect(await lab.page.locator('.expressions button').isDisabled()).toBe(true)
  await field(0).press('Enter')
  const then = await tick()
  await eventually(tick).toBeGreaterThan(then)
  expect(await value('neurons.visible.lagrangian.activation')).toBe('tanh(a * x)')
  await field(0).press('Escape')
  expect(await field(0).inputValue()).toBe('tanh(a * x)')
  await lab.pause()
})

test('a rule that is typed rebuilds the network, and shows where entries come to rest', async () => {
  await lab.load('hebbian-learning')
  await lab.engram("set('memories.xi.rule', 'oja')")
  await lab.page.locator('[data-path="memories.xi.rule"] select').selectOption('custom')
  const field = (index: number) =>
    lab.page.locator('[data-path="memories.xi.rule.expressions"] textarea').nth(index)
  const rests = () => lab.page.locator('.rests td').allTextContents()
  // As the rule before.
  await eventually(() => field(0).inputValue()).toBe('to * from')
  expect(await field(1).inputValue()).toBe('to * to')
  await field(0).fill('k * to * from')
  await field(1).fill('1')
  await field(2).fill('k = 2')
  // 2 to from: the softmax of the row is 0 above and 1 below, what it sees is -1 to 1.
  expect((await rests()).slice(0, 5)).toEqual(['0', '0', '0', '0', '0'])
  expect((await rests()).slice(20)).toEqual(['−2', '−1', '0', '1', '2'])
  await field(2).press('Enter')
  await eventually(() => value('memories.xi.rule')).toEqual({
    kind: 'custom',
    drive: 'k * to * from',
    decay: '1',
    parameters: { k: 2 },
  })

  await field(1).fill('from')
  expect(await lab.page.locator('.told p').first().textContent()).toMatch(/^decay: is -/)
  expect(await rests()).toEqual([])
  await field(1).fill('sqr(to)')
  expect(await lab.page.locator('.told mark').textContent()).toBe('sqr')
  await field(1).press('Escape')
  expect(await field(1).inputValue()).toBe('1')
})
