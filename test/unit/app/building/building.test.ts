import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import {
  ADDABLE,
  added,
  connected,
  PARTS,
  switched,
  withoutHint,
  withValue,
} from '../../../../src/app/building/edits.ts'
import { graphOf } from '../../../../src/app/building/graph.ts'
import { documentationAt, proposalsAt } from '../../../../src/app/building/help.ts'
import { readDraft, textOfScenario } from '../../../../src/app/building/draft.ts'
import { fieldOf, fieldsOf, type FormField } from '../../../../src/app/building/form.ts'
import { layersIn, namesFor, referencesIn, removed, renamed } from '../../../../src/app/building/names.ts'
import { slotOf, valueIn } from '../../../../src/app/building/schema.ts'
import { patched } from '../../../../src/app/building/text.ts'
import { createTexts, followed } from '../../../../src/app/building/texts.ts'
import { TEMPLATES } from '../../../../src/app/building/templates.ts'
import { controlFields } from '../../../../src/app/controls/fields.ts'
import { COUPLINGS } from '../../../../src/core/kinds/couplings/table.ts'
import { LAGRANGIAN_KINDS } from '../../../../src/core/kinds/lagrangians/table.ts'
import { PROBE_KINDS } from '../../../../src/core/kinds/probes/table.ts'
import { RULE_KINDS } from '../../../../src/core/kinds/rules/table.ts'
import { UPDATE_KINDS } from '../../../../src/core/kinds/updates/table.ts'
import { parseScenario } from '../../../../src/core/model/parse.ts'

const SHIPPED = await Promise.all(
  (await readdir('scenarios'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace('.json', ''))
    .map(async (id) => [id, await readFile(`scenarios/${id}.json`, 'utf8')] as const),
)
const shipped = (id: string): string => SHIPPED.find(([one]) => one === id)![1]
const rawOf = (id: string): unknown => JSON.parse(shipped(id))
const valid = (raw: unknown): string | undefined => readDraft(JSON.stringify(raw)).fault?.message

/** Every field of a form, with those inside it. */
const all = (field: FormField): FormField[] => [field, ...field.inner.flatMap(all)]

test.each(SHIPPED)('%s: the graph has a form for every value, and the text says the same', (_, text) => {
  const raw: unknown = JSON.parse(text)
  const shown = valueIn(raw, []) as Record<string, unknown>
  for (const { part } of PARTS)
    for (const key of Object.keys((shown[part] as object | undefined) ?? {})) {
      const fields = all(fieldOf(raw, [part, key])!)
      const places = new Set(fields.map(({ keys }) => keys.join('/')))
      // A value without a field of its own is inside one that is edited as JSON.
      const walk = (value: unknown, keys: readonly string[]): void => {
        const own = fields.find((field) => field.keys.join('/') === keys.join('/'))
        if (own?.input === 'json') return
        if (typeof value === 'object' && value !== null)
          for (const [inner, one] of Object.entries(value)) walk(one, [...keys, inner])
        else if (!['kind', 'op'].includes(keys.at(-1)!)) expect(places).toContain(keys.join('/'))
      }
      walk(shown[part] && valueIn(raw, [part, key]), [part, key])
      for (const { choices, chosen, shown: value } of fields)
        if (choices.length > 0 && value !== undefined) expect(choices).toContain(chosen)
    }
  const scenario = parseScenario(raw)
  expect(parseScenario(JSON.parse(textOfScenario(scenario)))).toEqual(scenario)
})

test('two values of a form with the same title are told apart by the part that they belong to', () => {
  const titles = fieldsOf(rawOf('hopfield'), ['synapses', 'recurrent'])
    .flatMap(all)
    .map(({ title }) => title)
  expect(titles.filter((title) => title.includes('zeroDiagonal')).sort()).toEqual([
    'base zeroDiagonal',
    'zeroDiagonal',
  ])
  const { scenario } = readDraft(shipped('hopfield'))
  const controls = controlFields(scenario!).map(({ title }) => title)
  expect(controls.filter((title) => title.includes('zeroDiagonal')).sort()).toEqual([
    'base zeroDiagonal',
    'zeroDiagonal',
  ])
})

test('words at the ends of lines cover neither a box nor another word', () => {
  const raw = rawOf('hierarchical')
  const [from, to] = Object.keys(valueIn(raw, ['neurons']) as object)
  const twin = { from, to, init: { kind: 'zeros' } }
  const many = [1, 2, 3, 4].reduce((made, index) => withValue(made, ['memories', `twin${index}`], twin), raw)
  const { lines, boxes } = graphOf(many)
  const words = lines.flatMap(({ end }) =>
    end === undefined ? [] : [{ ...end, width: 5.6 * end.text.length, height: 10 }],
  )
  expect(words.length).toBeGreaterThan(4)
  const middles = words.map((one) => ({ ...one, y: one.y - 11 / 3 }))
  const rectangles = [...middles, ...boxes]
  for (const word of middles)
    for (const other of rectangles)
      if (other !== word)
        expect(
          Math.abs(other.x - word.x) >= (other.width + word.width) / 2 ||
            Math.abs(other.y - word.y) >= (other.height + word.height) / 2,
        ).toBe(true)
})

test('every kind of every family can be added or chosen, without a name of it here', () => {
  const added = ADDABLE.map(({ part, alternative }) => `${part} ${alternative?.label}`)
  for (const kind of PROBE_KINDS) expect(added).toContain(`probes ${kind}`)
  for (const [kind, { under }] of Object.entries(COUPLINGS))
    if (under === 'memories') expect(added).toContain(`memories ${kind}`)
  const labels = (raw: unknown, ...keys: string[]): string[] =>
    fieldOf(raw, keys)!.choices.map(({ label }) => label)
  const raw = rawOf('digits')
  expect(labels(raw, 'neurons', 'visible', 'lagrangian')).toEqual(LAGRANGIAN_KINDS)
  expect(labels(raw, 'memories', 'xi', 'rule').sort()).toEqual([...RULE_KINDS].sort())
  expect(labels(raw, 'neurons', 'visible', 'update')).toEqual(expect.arrayContaining([...UPDATE_KINDS]))
})

test('probabilities of patterns and a dwell drawn from a range have fields, and the range has controls', () => {
  const keys = ['stimulus', '0']
  const raw = withValue(rawOf('pavlov'), [...keys, 'order'], 'random')
  const inner = (of: unknown, key: string): FormField => fieldOf(of, [...keys, key])!
  expect(inner(raw, 'probabilities')).toMatchObject({ input: 'json', mayBeAbsent: true })
  const range = inner(raw, 'dwell').choices.find(({ node }) => node.entries !== undefined)!
  const drawn = switched(raw, [...keys, 'dwell'], range)
  expect(inner(drawn, 'dwell').inner.map(({ title, input }) => [title, input])).toEqual([
    ['min', 'number'],
    ['max', 'number'],
  ])
  const ended = withValue(drawn, [...keys, 'dwell', 'max'], 9)
  expect(valid(ended)).toBeUndefined()
  const shown = controlFields(parseScenario(ended)).filter(({ path }) => path.includes('.dwell'))
  expect(shown.map(({ title, value }) => [title, value])).toEqual([
    ['dwell min', 1],
    ['dwell max', 9],
  ])
})

test('what is added fits the schema, and runs where the layers allow it', () => {
  const raw = rawOf('hierarchical')
  const faults = ADDABLE.map((one) => {
    const { raw: next, keys } = added(raw, one)
    return [keys.join('.'), valid(next)] as const
  })
  const refused = faults.filter(([, fault]) => fault !== undefined)
  // Only what needs a file, a shape or a claim of the reader.
  for (const [keys, fault] of refused)
    expect(fault).toMatch(new RegExp(`^(${keys.replace(/[.]/g, '[.]')}|memories|neurons)[.:]`))
  expect(refused.length).toBeLessThan(faults.length / 2)
  expect(valid(connected(raw, 'visible', 'classes').raw)).toBeUndefined()
  expect(valid(connected(raw, 'visible', 'visible').raw)).toBeUndefined()
  expect(layersIn(connected(raw, 'classes', 'visible').raw, ['memories', 'memory'])).toEqual([
    'classes',
    'visible',
  ])
})

test('every alternative of every form can be chosen, and its starting value has it', () => {
  const raw = rawOf('digits')
  for (const keys of [
    ['neurons', 'visible'],
    ['memories', 'xi'],
    ['stimulus', '0'],
    ['probes', 'overlap'],
    ['expect', '0'],
  ])
    for (const field of all(fieldOf(raw, keys)!))
      for (const alternative of field.choices) {
        const next = switched(raw, field.keys, alternative)
        const again = fieldOf(next, field.keys)!
        expect([field.keys, again.chosen?.label]).toEqual([field.keys, alternative.label])
      }
})

test.each(SHIPPED)('%s: a new name is everywhere, and nothing else changes', (_, text) => {
  const raw: unknown = JSON.parse(text)
  for (const part of ['neurons', 'synapses', 'memories', 'probes'])
    for (const name of Object.keys((valueIn(raw, [part]) as object | undefined) ?? {})) {
      const next = renamed(raw, part, name, 'other')
      expect(valid(next)).toBeUndefined()
      expect(namesFor(next, 'any').concat(namesFor(next, 'probe'))).toContain('other')
      expect(renamed(next, part, 'other', name)).toEqual(raw)
    }
})

test('what is removed takes everything along that names it, and the rest is valid', () => {
  const raw = removed(rawOf('hierarchical'), ['neurons', 'classes'])
  expect(valid(raw)).toBeUndefined()
  expect(Object.keys(valueIn(raw, ['memories']) as object)).toEqual(['images'])
  expect(Object.keys(valueIn(raw, ['probes']) as object)).toEqual(['overlap', 'energy'])
  expect(referencesIn(raw).map(({ text }) => text)).not.toContain('classes')

  // Stimuli are named by their numbers.
  const scenes = rawOf('hyperedge')
  const second = withValue(scenes, ['probes', 'what', 'patterns'], { kind: 'rows', of: 'stimulus.2' })
  const third = removed(second, ['stimulus', '1'])
  expect(valueIn(third, ['probes', 'what', 'patterns', 'of'])).toBe('stimulus.1')
  expect(valid(removed(scenes, ['memories', 'all']))).toBeUndefined()
  const varied = removed(rawOf('phase-diagram'), ['stimulus', '0'])
  // Tries of a lesson have paths as keys: the lesson says at its button that they do not fit.
  expect(JSON.stringify({ ...(varied as object), lesson: undefined })).not.toContain('stimulus.0')
})

test('a change keeps the text that it does not touch', () => {
  const text = `{
  // the smallest
  "version": 1, "time": {"dt": 0.1,   "ticks": 10},
  "neurons": {
    "a": {"size": 3, "lagrangian": {"kind": "tanh"}}, // first
    "b": {"size": 2, "lagrangian": {"kind": "linear"}}
  }
}
`
  const before = {
    version: 1,
    time: { dt: 0.1, ticks: 10 },
    neurons: {
      a: { size: 3, lagrangian: { kind: 'tanh' } },
      b: { size: 2, lagrangian: { kind: 'linear' } },
    },
  }
  const set = withValue(before, ['neurons', 'a', 'size'], [4, 4])
  expect(patched(text, before, set)).toBe(text.replace('"size": 3', '"size": [4, 4]'))
  expect(patched(text, before, renamed(before, 'neurons', 'a', 'seen'))).toBe(text.replace('"a"', '"seen"'))
  const more = patched(text, before, connected(before, 'a', 'b').raw)
  expect(more).toContain('// first')
  expect(more).toContain('"memory": { "from": "a", "to": "b", "init": ')
  expect(patched(more, connected(before, 'a', 'b').raw, before)).toContain('// first')
})

interface Ends {
  readonly from: string
  readonly to: string
}

test('a memory has its neurons in a layer that competes and that nothing feeds, from whichever end it is drawn', () => {
  const layer = (kind: string) => ({ size: 4, lagrangian: { kind } })
  const raw = { neurons: { seen: layer('tanh'), hidden: layer('softmax'), classes: layer('softmax') } }
  const ends = (of: unknown, from: string, to: string, name = 'memory') => {
    const { from: patterns, to: rows } = valueIn(connected(of, from, to).raw, ['memories', name]) as Ends
    return [patterns, rows]
  }
  expect(ends(raw, 'seen', 'hidden')).toEqual(['seen', 'hidden'])
  expect(ends(raw, 'hidden', 'seen')).toEqual(['seen', 'hidden'])
  // Both directions make sense: as it is drawn.
  expect(ends(raw, 'hidden', 'classes')).toEqual(['hidden', 'classes'])
  expect(ends(connected(raw, 'hidden', 'classes').raw, 'hidden', 'seen', 'memory2')).toEqual([
    'hidden',
    'seen',
  ])
})

test('a new probe compares with the patterns that are stored, where some fit', () => {
  const overlap = ADDABLE.find(
    ({ part, alternative }) => part === 'probes' && alternative?.label === 'overlap',
  )!
  const patternsOf = (raw: unknown, layer: string) => {
    const { raw: next, keys } = added(raw, overlap, [layer])
    expect(valid(next)).toBeUndefined()
    return valueIn(next, [...keys, 'patterns'])
  }
  expect(patternsOf(rawOf('digits'), 'visible')).toEqual({ kind: 'rows', of: 'xi' })
  expect(patternsOf(rawOf('hopfield'), 'visible')).toMatchObject({ kind: 'rows', of: 'recurrent' })
  // No memory has patterns of its hidden layer.
  expect(patternsOf(rawOf('digits'), 'hidden')).toMatchObject({ kind: 'random' })
})

test('the ends of a memory have the names of its keys', () => {
  const raw = rawOf('digits')
  const ends = graphOf(raw).lines.map(({ coupling, layer, end }) => [coupling, layer, end?.text])
  expect(ends).toEqual([
    ['memories.xi', 'neurons.visible', 'from'],
    ['memories.xi', 'neurons.hidden', 'to'],
  ])
  expect(graphOf(rawOf('hopfield')).lines.map(({ end }) => end)).toEqual([undefined])
})

test('a layer of a draft with an impossible size has no picture, and its text', () => {
  const boxOf = (size: unknown) =>
    graphOf({ neurons: { v: { size } } }).boxes.find(({ name }) => name === 'v')
  expect(boxOf([4, 3])).toMatchObject({ shape: [4, 3] })
  for (const size of [-3, 0, 2.5, [4, 'a'], 'many']) expect(boxOf(size)).toMatchObject({ shape: [] })
  expect(boxOf(-3)?.lines[0]).toBe('-3 · τ 1')
})

test('undo and redo find the text again, and a change from elsewhere writes no defaults', () => {
  const texts = createTexts()
  const typed = shipped('hopfield').replace('"tau": 1', '"tau":   1')
  const raw = readDraft(typed).raw
  const grown = added(
    raw,
    ADDABLE.find(({ part }) => part === 'neurons')!,
  ).raw
  const stages = [
    typed,
    patched(typed, raw, grown),
    patched(typed, raw, connected(grown, 'visible', 'layer').raw),
  ].map((text) => ({ text, scenario: readDraft(text).scenario! }))
  for (const { scenario, text } of stages) texts.keep(scenario, text)
  // The network has a scenario of its own with the same values.
  for (const { scenario, text } of stages) expect(texts.of(structuredClone(scenario))).toBe(text)
  const [first, second, third] = stages as [(typeof stages)[0], (typeof stages)[0], (typeof stages)[0]]
  texts.keep(second.scenario, `${second.text}\n`)
  expect(texts.of(second.scenario)).toBe(`${second.text}\n`)
  texts.clear()
  expect(texts.of(second.scenario)).toBeUndefined()

  const next = followed(typed, raw, first.scenario, third.scenario)
  expect(readDraft(next).scenario).toEqual(third.scenario)
  expect(next).toContain('"tau":   1')
  expect(valueIn(readDraft(next).raw, ['neurons', 'layer'])).toEqual(valueIn(grown, ['neurons', 'layer']))
})

test('a fault has the message of the command line, and its place in the text', () => {
  const wrong = shipped('hopfield').replace('"tau": 1', '"tau": -1')
  const { fault, raw, scenario } = readDraft(wrong)
  expect(fault?.message).toMatch(/^neurons.visible.tau: must be a number >= 0/)
  expect(wrong.slice(fault!.from, fault!.to)).toBe('-1')
  expect([raw, scenario]).toEqual([expect.anything(), undefined])
  const misspelt = shipped('hopfield').replace('"lagrangian"', '"lagrangain"')
  expect(readDraft(misspelt).fault?.message).toMatch(/did you mean `lagrangian`/)
  const broken = readDraft(wrong.replace('"seed": 1,', '"seed": 1'))
  expect(broken.fault?.message).toMatch(/line 7, column 3: comma expected/)
  expect(broken.raw).toBeUndefined()
  // What has no JSON is no draft with a form.
  expect(slotOf(undefined, ['neurons', 'a', 'tau'])).toBeDefined()
})

test('every template is a valid scenario of its own name', async () => {
  expect(TEMPLATES.length).toBe(6)
  for (const { id, load } of TEMPLATES) {
    const raw = await load()
    expect([id, valid(raw)]).toEqual([id, undefined])
    expect(SHIPPED.map(([, text]) => (JSON.parse(text) as { name: string }).name)).not.toContain(
      (raw as { name: string }).name,
    )
  }
})

test('a key that is completed before another key gets its comma', () => {
  const apply = (text: string) => {
    const at = text.indexOf('|')
    const found = proposalsAt(text.replace('|', ''), at)?.options.find(({ label }) => label === '"seed"')
    return found?.apply
  }
  expect(apply('{ "version": 1,\n |\n "time": { "dt": 0.1 } }')).toBe('"seed": 1,')
  expect(apply('{ "version": 1,\n "se|"\n "time": { "dt": 0.1 } }')).toBe('"seed": 1,')
  expect(apply('{ "version": 1, | }')).toBe('"seed": 1')
  expect(apply('{ "version": 1, "|": 3, "time": {} }')).toBe('"seed"')
})

test('the text is completed with keys, kinds and names, and every value is explained', () => {
  const labels = (marked: string): string[] => {
    const offset = marked.indexOf('¦')
    const found = proposalsAt(marked.replace('¦', ''), offset)
    return found?.options.map(({ label }) => label.replaceAll('"', '')) ?? []
  }
  const base =
    '"version": 1, "neurons": {"seen": {"size": 3, "lagrangian": {"kind": "tanh"}}, "top": {"size": 2}}'
  expect(labels(`{${base}, ¦}`)).toEqual(expect.arrayContaining(['time', 'memories', 'probes']))
  expect(labels(`{${base}, ¦}`)).not.toContain('neurons')
  expect(labels(`{${base}, "memories": {"xi": {"from": "¦"}}}`)).toEqual(['seen', 'top'])
  expect(labels(`{${base}, "memories": {"xi": {"rule": ¦}}}`)).toEqual(expect.arrayContaining(RULE_KINDS))
  expect(labels(`{${base}, "probes": {"p": {"kind": "¦"}}}`)).toEqual(PROBE_KINDS)
  expect(labels(`{${base}, "probes": {"p": {"kind": "overlap", "¦"}}}`)).toEqual(
    expect.arrayContaining(['layer', 'patterns', 'every']),
  )
  const lagrangian = `{"version": 1, "neurons": {"seen": {"lagrangian": {"kind": "¦"}}}}`
  expect(labels(lagrangian)).toEqual(LAGRANGIAN_KINDS)

  const text = shipped('digits')
  const lines = (word: string): readonly string[] => documentationAt(text, text.indexOf(word) + 1)!.lines
  expect(lines('"beta"')).toEqual([
    'neurons.hidden.lagrangian.beta',
    expect.stringMatching(/\w/),
    expect.stringMatching(/number/),
  ])
  expect(lines('"dt"').at(-1)).toBe('a number > 0')
  expect(lines('"rows"').join(' ')).toMatch(/rows/)
})

test('the text of the empty template goes with the first change of the structure, and not with a number', async () => {
  const empty: unknown = JSON.parse(await readFile('src/app/building/templates/empty.json', 'utf8'))
  const resized = withValue(empty, ['neurons', 'layer', 'size'], 8)
  expect(withoutHint(empty, resized)).toEqual(resized)
  const grown = added(
    empty,
    ADDABLE.find(({ part }) => part === 'neurons')!,
    [],
  ).raw
  expect(valueIn(withoutHint(empty, grown), ['description'])).toBe(undefined)
  const own = withValue(grown, ['description'], 'Mine.')
  expect(withoutHint(empty, own)).toEqual(own)
})
