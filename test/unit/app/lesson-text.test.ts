/** The text of a lesson: Markdown with formulas, words that point, words of the glossary, and the fields of the editor. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Draft,
  draftOf,
  lessonOf,
  paragraphsOf,
  valuesOf,
  named,
} from '../../../src/app/teaching/editor/draft.ts'
import { createMarker, entriesOf } from '../../../src/app/teaching/text/glossary.ts'
import { type Part, isWeb, lineOf, partsOf } from '../../../src/app/teaching/text/parts.ts'
import { ModelError } from '../../../src/core/errors.ts'
import { createTold, describedLesson } from '../../../src/app/teaching/told.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { LESSONS } from '../../lessons.ts'
import { scenario } from '../model/resolving.ts'

const p = (...parts: Part[]): Part => ({ kind: 'element', tag: 'p', parts })
const formula = (tex: string): Part => ({ kind: 'formula', tex, display: false })

describe('a text', () => {
  test('is Markdown with formulas, in which stars, braces and underscores are as written', () => {
    expect(partsOf('A *star* in $a_i * b_j*$ and $\\{x\\}$, **5 \\$**.')).toEqual([
      p(
        'A ',
        { kind: 'element', tag: 'em', parts: ['star'] },
        ' in ',
        formula('a_i * b_j*'),
        ' and ',
        formula('\\{x\\}'),
        ', ',
        { kind: 'element', tag: 'strong', parts: ['5 ', '$'] },
        '.',
      ),
    ])
    expect(lineOf('$$E = 0$$')).toEqual([{ kind: 'formula', tex: 'E = 0', display: true }])
    expect(lineOf('it *is* $x$ *so*').filter((part) => typeof part === 'object')).toHaveLength(3)
  })

  test('points at names, and links to the web only', () => {
    expect(lineOf('[the memories](#xi) and [a page](https://example.org/a)')).toEqual([
      { kind: 'point', name: 'xi', parts: ['the memories'] },
      ' and ',
      { kind: 'link', href: 'https://example.org/a', parts: ['a page'] },
    ])
  })

  test.each([
    '<img src=x onerror=alert(1)>',
    'a <script>alert(1)</script> b',
    '<a href="javascript:alert(1)">x</a>',
    '<svg/onload=alert(1)>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java\nscript:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](//example.org)',
    '[x](file:///etc/passwd)',
    '![x](https://example.org/a.png)',
    '![x](x" onerror="alert(1))',
    '<https://example.org"onclick="alert(1)>',
    '[x]: javascript:alert(1)\n\n[x]',
    '`<b>` <!-- a --> <?php ?> <![CDATA[ <b> ]]>',
  ])('%j has no HTML, no script and no picture in it', (text) => {
    requireHarmless(partsOf(text))
  })

  test('whatever is written is text, or one of the parts that are known', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<b>',
        '[x](',
        'javascript:',
        ')',
        '$',
        '![',
        '`',
        '"',
        '\n\n',
        '- ',
        '<!--',
        '&lt;',
        '|',
        '#',
        '*',
        '\\',
      ),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => requireHarmless(partsOf(pieces.join('')))),
    )
  })
})

const TAGS = 'p|h3|ul|ol|li|blockquote|pre|code|strong|em|del|br|hr|table|thead|tbody|tr|th|td'.split('|')

function requireHarmless(parts: readonly Part[]): void {
  for (const part of parts) {
    if (typeof part === 'string' || part.kind === 'formula') continue
    if (part.kind === 'element') expect(TAGS).toContain(part.tag)
    if (part.kind === 'link') expect(part.href).toMatch(/^https?:\/\//i)
    requireHarmless(part.parts)
  }
}

test.each([
  ['https://example.org', true],
  ['HTTP://example.org', true],
  ['https:example.org', false],
  ['ftp://example.org', false],
  [' https://example.org', false],
])('%j is an address of the web: %s', (href, is) => expect(isWeb(href)).toBe(is))

describe('the glossary', () => {
  const entries = entriesOf(readFileSync('docs/glossary.md', 'utf8'))
  const termsOf = (parts: readonly Part[]): string[] =>
    parts.flatMap((part) =>
      typeof part === 'string' || part.kind === 'formula'
        ? []
        : [...(part.kind === 'term' ? [part.term] : []), ...termsOf(part.parts)],
    )

  test('explains the words of the field with a text of its own', () => {
    const names = entries.map(({ term }) => term)
    for (const term of ['memory', 'tau', 'cue', 'adiabatic', 'overlap', 'load', 'beta', 'capacity', 'energy'])
      expect(names).toContain(term)
    for (const { term, text } of entries) {
      expect(text.length, term).toBeGreaterThan(20)
      expect(text, term).not.toMatch(/\]\(|\n/)
    }
  })

  test('is found at its first place, in plurals, signs and formulas, but not within words, code and links', () => {
    const marker = createMarker(entries)
    const text = 'Memories and `cue`, [cue](#xi): cues, a memory; $\\beta$ is β; overload.'
    expect(termsOf(marker.mark(partsOf(text)))).toEqual(['memory', 'cue', 'beta'])
    expect(termsOf(marker.mark(partsOf('The load and the cue.')))).toEqual(['load'])
  })
})

describe('the editor', () => {
  test.each(Object.keys(LESSONS))('gives the lesson of %s back as it is', (id) => {
    expect(lessonOf(draftOf(LESSONS[id]!))).toEqual(LESSONS[id])
  })

  test('keeps questions, claims and figures, and leaves out what is empty', () => {
    const lesson = {
      story: ['One.', 'A list:\n\n- a\n\n- b', '```\ncode\n\nmore\n```'],
      tries: [
        {
          label: 'A',
          text: 'b',
          set: { seed: 2, 'probes.e': null },
          expect: [{ probe: 'e', of: 'each', atMost: 1 }],
        },
      ],
      questions: [
        { ask: 'a', choices: ['x', 'y'], answer: 1, because: 'z' },
        { ask: 'b', answer: 'c' },
      ],
      figures: [{ src: 'a.png', alt: 'A' }],
    } as const
    expect(lessonOf(draftOf(lesson as never))).toEqual(lesson)
    const empty: Draft = { story: ' \n', lookFor: '', tries: [], questions: [], figures: [] }
    expect(lessonOf(empty)).toEqual({ story: [], tries: [] })
  })

  test('takes values as JSON or as a word, and refuses a line without a path', () => {
    expect(valuesOf('seed = 2\n\n a.b = cycle \n c = [1, "x=y"]', 'p')).toEqual({
      seed: 2,
      'a.b': 'cycle',
      c: [1, 'x=y'],
    })
    expect(() => valuesOf('seed 2', 'lesson.tries.0.set')).toThrow(
      'lesson.tries.0.set: "seed 2" is no value; write PATH = VALUE, such as seed = 2',
    )
    expect(paragraphsOf('a\n\nb\n \nc')).toEqual(['a', 'b', 'c'])
  })
})

test('a lesson is about the shipped scenario, or about the one with which it was opened or written', () => {
  const shipped = parseScenario({ ...scenario(), lesson: { story: ['Shipped.'] } })
  const changed = { ...shipped, seed: 5 }
  const told = createTold()
  told.open(changed, shipped)
  expect(told.of(changed)).toBe(shipped)
  const written = { ...changed, lesson: { story: ['Mine.'], tries: [] } }
  expect(told.of(written)).toBe(written)
  expect(told.of({ ...written, seed: 6 })).toBe(written)
  // Undone, it is about the shipped one again.
  expect(told.of(changed)).toBe(shipped)
  told.open(written, undefined)
  expect(told.of({ ...written, seed: 9 })).toBe(written)
  expect(told.of(parseScenario(scenario()))).toBeUndefined()
  // Written again, it is about the network that it was written for.
  const again = { ...written, seed: 7 }
  told.written(again)
  expect(told.of(written)).toBe(again)
})

test('a description is a lesson with what to look for', () => {
  expect(describedLesson({ description: 'Ten patterns.  Look for: each returning.' })).toEqual({
    story: ['Ten patterns.'],
    lookFor: 'each returning.',
    tries: [],
  })
  expect(describedLesson({ description: '' })).toEqual({ story: [], tries: [] })
})

test.each([
  ['lesson.tries.0.label', 'Try 1, Button: must not be empty'],
  ['lesson.tries.1.set.neurons.visible.tau', 'Try 2, Values, neurons.visible.tau: must not be empty'],
  ['lesson.figures.0.alt', 'Figure 1, Says, for those who cannot see it: must not be empty'],
  ['lesson.story.2', 'Text: must not be empty'],
  ['lesson.lookFor', 'Look for: must not be empty'],
  ['time.dt', 'time.dt: must not be empty'],
])('an error at %s has the name of its field', (path, text) => {
  expect((named(new ModelError('must not be empty', { path })) as ModelError).message).toBe(text)
})
