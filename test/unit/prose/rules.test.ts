import { describe, expect, test } from 'vitest'
import { MOST_WORDS, RULES, type RuleName } from '../../../scripts/prose/rules.ts'
import { sentencesOf, wordsOf } from '../../../scripts/prose/sentences.ts'

/** For each rule a sentence that it finds and one that it lets pass. */
const CASES: Record<RuleName, readonly (readonly [wrong: string, right: string])[]> = {
  length: [
    [`A ${'long '.repeat(MOST_WORDS)}sentence.`, `A ${'long '.repeat(MOST_WORDS - 2)}sentence.`],
    [`${'word '.repeat(MOST_WORDS)}[link](a.md)`, `${'word '.repeat(MOST_WORDS - 1)}[a link of words](a.md)`],
  ],
  head: [
    ['Who looks at W has a copy.', 'A reader of W gets a copy.'],
    ['What leaks is the input.', 'What leaks?'],
  ],
  such: [
    ['A sparse layer, and the rules of such.', 'Rules such as Oja, and such a layer.'],
    ['Such are not resident.', 'Find x such that f(x) = 0.'],
  ],
  it: [
    ['It starts on a pattern.', 'The network starts on a pattern.'],
    ['Its entries are signs.', 'Items are signs.'],
  ],
  person: [
    ['The page tells the tick.', 'The page shows the tick.'],
    ['A kernel that knows its size.', 'A kernel has its size in a uniform.'],
  ],
  coined: [
    ['Rows are dealt to the replicas.', 'Rows are assigned to the replicas.'],
    ['Images taken of each label.', 'Images for each label.'],
    ['An activation of your own.', 'Your own activation.'],
  ],
  british: [
    ['The color of a neighbor.', 'The colour of a neighbour.'],
    ['Images are normalized.', 'Images are normalised and resized.'],
  ],
  unit: [
    ['The file has 5MB.', 'The file has 5 MB and is 3x as large.'],
    ['Flip 30% of the signs.', 'Flip 30 % of the signs.'],
  ],
  double: [
    ['The the state falls.', 'W += g g^T, a sum over over-long rows.'],
    ['It holds for all\nall states.', 'Xi^T g_to to the layer.'],
  ],
  spaces: [['Two  spaces.', 'One space.']],
  etc: [['Layers, synapses etc.', 'Layers and synapses.']],
}

function found(rule: RuleName, text: string): (string | undefined)[] {
  return sentencesOf(text).map((sentence) => RULES[rule](sentence, { isFirst: true }))
}

describe.each(Object.entries(CASES))('the rule %s', (name, cases) => {
  test.each(cases)('finds "%s" and not "%s"', (wrong, right) => {
    expect(found(name as RuleName, wrong)).toEqual([expect.any(String)])
    expect(found(name as RuleName, right)).toEqual([undefined])
  })
})

test('"It" is refused only where no sentence stands before', () => {
  const [sentence] = sentencesOf('It falls.')
  expect(RULES.it(sentence!, { isFirst: false })).toBeUndefined()
})

describe('a text', () => {
  const texts = (text: string): string[] => sentencesOf(text).map((sentence) => sentence.text)

  test('is divided at the ends of sentences, not at abbreviations, initials and numbers', () => {
    expect(texts('The theory of D. Lotito, Phys. Rev. 3 (2025). The rate is 0.5. Go on.')).toEqual([
      'The theory of D. Lotito, Phys. Rev. 3 (2025).',
      'The rate is 0.5.',
      'Go on.',
    ])
  })

  test('has the offset of each sentence', () => {
    const text = 'One `a. B` here.\n  Two **words**. Three.'
    expect(sentencesOf(text).map(({ offset }) => text.slice(offset, offset + 3))).toEqual([
      'One',
      'Two',
      'Thr',
    ])
  })

  test('counts code, mathematics, an address and a link as one word', () => {
    expect(wordsOf(sentencesOf('Take `a b c`, $x + y$, https://a.b/c and [the docs here](d.md).')[0]!)).toBe(
      6,
    )
  })

  test('may have any word in code', () => {
    for (const rule of Object.keys(RULES) as RuleName[])
      expect(found(rule, 'Write `the  color etc. of such 5MB is is dealt`.')).toEqual([undefined])
  })
})
