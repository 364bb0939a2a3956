/** Names of strangers: whatever they hold is shown as text, or refused as text, and nothing of it runs. */
import { expect, test } from 'vitest'
import { linkTo } from '../../src/app/sharing/link.ts'
import { escaped } from '../../src/core/errors.ts'
import { parseScenario } from '../../src/core/model/parse.ts'
import type { Raw } from '../cli/scenarios.ts'
import { eventually, useLab } from './lab.ts'

// The content security policy is off: markup that came into the page would run.
const lab = useLab()

const MARKUP = `<img src=x onerror="globalThis.ran='img'">"><script>globalThis.ran='script'</script>`
const CONTROL = 'a\u0000\u0007\u001b[2Jb\u009b'
const TURNED = 'abc\u202egnp.\u2066exe\u200f'
const HOSTILE = [MARKUP, CONTROL, TURNED, 'one\ntwo\u2028three', '__proto__', 'constructor', 'prototype']

/** What would steer the line that it stands in. */
// eslint-disable-next-line no-control-regex -- it looks for them
const STEERING = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/

/** A message as it is to be seen: one line. */
const oneLine = (text: string): string => escaped(text.replace(/\s+/g, ' '))

/** Groups by names that objects have of themselves, as the schema allows them. */
const small = (parts: Raw = {}): Raw => ({
  version: 1,
  time: { dt: 0.1, ticks: 40 },
  neurons: {
    toString: { size: 6, lagrangian: { kind: 'tanh' } },
    valueOf: { size: 3, lagrangian: { kind: 'softmax' }, tau: 0 },
  },
  synapses: { isPrototypeOf: { layer: 'toString', tau: 5, strength: 0.1 } },
  memories: {
    hasOwnProperty: {
      from: 'toString',
      to: 'valueOf',
      init: { kind: 'random', distribution: 'binary' },
    },
  },
  probes: {
    toLocaleString: { kind: 'energy' },
    propertyIsEnumerable: { kind: 'snapshot', of: 'hasOwnProperty', every: 10 },
  },
  ...parts,
})

const GROUPS: Readonly<Record<string, unknown>> = {
  neurons: { size: 6, lagrangian: { kind: 'tanh' } },
  synapses: { layer: 'toString' },
  memories: { from: 'toString', to: 'valueOf', init: { kind: 'random', distribution: 'binary' } },
  probes: { kind: 'energy' },
}

const toast = (): Promise<string | null> => lab.page.locator('#toast').textContent()

const dropped = (content: string, name: string): string => `{
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)}))
  document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
}`

const WAYS = {
  link: (scenario: Raw) => {
    const { hash } = new URL(linkTo(lab.url, scenario))
    return lab.page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
  },
  file: (scenario: Raw, name: string) => {
    const buffer = Buffer.from(JSON.stringify(scenario))
    return lab.page.locator('#file').setInputFiles({ name, mimeType: 'application/json', buffer })
  },
  drop: (scenario: Raw, name: string) => lab.page.evaluate(dropped(JSON.stringify(scenario), name)),
} as const

/** Nothing of a name has run or become an element, and nothing that is read turns what stands around it. */
async function expectText(): Promise<void> {
  const found = await lab.page.evaluate<[unknown, string[], string]>(`[
    globalThis.ran,
    [...document.querySelectorAll('img, iframe, script:not([src]), [onerror]')].map((one) => one.outerHTML),
    document.title + document.body.innerText
      + [...document.querySelectorAll('[title], [aria-label]')].map((one) => one.title + one.ariaLabel).join(' '),
  ]`)
  expect(found.slice(0, 2)).toEqual([undefined, []])
  expect(STEERING.exec(found[2])).toBeNull()
}

test('a scenario of hostile names is shown with them as text, by link, file and drop', async () => {
  await lab.visit('softmax-synapses')
  for (const [way, open] of Object.entries(WAYS)) {
    const name = `${way} ${HOSTILE.join(' ')}`
    await open(small({ name, description: name }), 'mine.json')
    await eventually(() => lab.engram('scenario?.name ?? ""')).toBe(name)
    await lab.page.locator('body[data-state=ready]').waitFor()
    await lab.pause()
    const chosen = () =>
      lab.page.evaluate<string>('document.querySelector("#scenario").selectedOptions[0]?.text ?? ""')
    await eventually(chosen).toBe(escaped(name))
    expect(await lab.page.title()).toBe(`${escaped(name)} · engram`)
    expect(await lab.page.locator('#title').textContent()).toBe(escaped(name))
    expect(await lab.page.locator('.figure-name').allTextContents()).toEqual(
      expect.arrayContaining(['toString', 'valueOf', 'isPrototypeOf', 'hasOwnProperty']),
    )
    expect(await lab.page.locator('.plot h3').allTextContents()).toEqual(['toLocaleString'])
    await expectText()
  }
  // The parts that are made when they are wanted.
  await lab.engram('step(3)')
  await lab.page.locator('.maths summary').click()
  await lab.page.locator('.maths .katex').first().waitFor()
  await lab.page.keyboard.press('e')
  await eventually(() => lab.page.locator('.spectrum output').textContent()).toMatch(/\d/)
  await lab.page.keyboard.press('t')
  await lab.page.locator('dialog[open]').waitFor()
  await expectText()
  await lab.page.keyboard.press('Escape')
  // Pictures and videos carry the name in them.
  await lab.page.evaluate(`{
    globalThis.drawn = []
    const { fillText } = CanvasRenderingContext2D.prototype
    CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
      drawn.push(text)
      fillText.call(this, text, ...where)
    }
  }`)
  const press = async (id: string): Promise<void> => {
    await lab.page.locator('#export').click()
    await lab.page.locator(`#export-menu [data-export=${id}]`).click()
  }
  const exported = async (act: () => Promise<void>): Promise<readonly string[]> => {
    const [file] = await Promise.all([lab.page.waitForEvent('download'), act()])
    expect(file.suggestedFilename()).toMatch(/^drop-[a-z0-9A-Z-]+\.(json|png|webm|mp4)$/)
    return lab.page.evaluate<string[]>('drawn.splice(0)')
  }
  const caption = expect.stringContaining(escaped(`drop ${HOSTILE.join(' ')}`)) as string
  expect(await exported(() => press('scenario'))).not.toContainEqual(caption)
  expect(await exported(() => press('picture'))).toContainEqual(caption)
  expect(await exported(() => press('plots'))).toContainEqual(caption)
  await press('video')
  expect(await exported(() => lab.page.locator('.video-stop').click())).toContainEqual(caption)
  await expectText()
})

const REFUSED: readonly (readonly [keyof typeof WAYS, string, string])[] = [
  // Each way tells what the parser says: one of them tells it of every group.
  ...Object.keys(GROUPS).flatMap((group) => HOSTILE.map((name) => ['file', group, name] as const)),
  ...HOSTILE.map((name) => ['drop', 'neurons', name] as const),
  ['link', 'memories', MARKUP],
  ['link', 'probes', TURNED],
]

test('names that are refused are told as text, by file, drop and link, and what is open stays', async () => {
  await lab.visit('softmax-synapses')
  await lab.engram('step(2)')
  for (const [index, [way, group, name]] of REFUSED.entries()) {
    const given = small()
    const scenario = { ...given, [group]: { ...(given[group] as Raw), [name]: GROUPS[group] } }
    // A name of its own in each case: what is seen is what was just told.
    const file = `${index} ${MARKUP}${TURNED}.json`
    let reason = ''
    try {
      parseScenario(JSON.parse(JSON.stringify(scenario)), way === 'link' ? undefined : file)
    } catch (error) {
      reason = (error as Error).message
    }
    // A long name is shortened.
    expect(reason).toContain(`${group}.${oneLine(name.slice(0, 50))}`)
    await WAYS[way](scenario, file)
    await eventually(toast).toContain(oneLine(reason).replace(/`([^`]*)`/g, '"$1"'))
    expect(await lab.page.locator('#toast *').count()).toBe(0)
    expect(STEERING.exec((await toast())!)).toBeNull()
    await expectText()
    // A link is an address: the page starts as usual.
    if (way !== 'link') expect(await lab.engram('simulation.tick')).toBe(2)
  }
})

test('an address that names no scenario is told as text', async () => {
  await lab.page.goto('about:blank')
  await lab.page.goto(`${lab.url}?scenario=${encodeURIComponent(MARKUP + TURNED)}`)
  await lab.page.locator('#failure').waitFor()
  expect(await lab.page.locator('#failure').textContent()).toContain(oneLine(TURNED))
  await expectText()
  await lab.page.goto(`${lab.url}?scenario=digitz`)
  await lab.page.locator('#failure').waitFor()
  expect(await lab.page.locator('#failure').textContent()).toMatch(
    /there is no scenario "digitz"; choose one in the menu; did you mean "digits"\?$/,
  )
  const menu = lab.page.locator('#scenario')
  expect(await menu.locator('option:checked').textContent()).toBe('Choose a scenario')
  await menu.selectOption('softmax-synapses')
  await lab.page.locator('body[data-state=ready]').waitFor()
})
