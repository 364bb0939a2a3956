/** The remedy of a wrong name. */
import { expect, test } from 'vitest'
import { hint, suggestion } from '../../src/core/suggestion.ts'

test.each([
  ['a misspelt name', 'tahn', ['tan', 'tanh'], 'did you mean `tanh`?'],
  ['two edits of a short name', 'x', ['xis', 'omega'], 'did you mean `xis`?'],
  ['the first letters of a longer name', 'lin', ['sign', 'tanh', 'linear'], 'did you mean `linear`?'],
  ['the first letters of two', 'sig', ['sigmoid', 'sign', 'big'], 'did you mean `sign`?'],
  ['edits of half the letters', 'lagran', ['lagr', 'granular'], 'did you mean `lagr`?'],
  ['half of the letters, and no more', 'abcdef', ['abcxyz'], 'did you mean `abcxyz`?'],
  ['the end of paths', 'beta', ['a.beta', 'b.beta'], 'did you mean `a.beta` or `b.beta`?'],
  ['the beginning of one', 'dense-am', ['dense-memory', 'digits'], 'did you mean `dense-memory`?'],
  [
    'the beginning of two',
    'dense-am',
    ['dense-memory', 'dense-layers'],
    'known here: `dense-memory`, `dense-layers`',
  ],
  ['a name that none is near', 'foo', ['pavlov'], 'known here: `pavlov`'],
  ['one edit too many', 'abcdef', ['abwxyz'], 'known here: `abwxyz`'],
  ['one of many', 'zzzz', ['a', 'b', 'c', 'd', 'e', 'f'], 'known here: `a`, `b`, `c`, `d` and 2 more'],
  ['none at all', 'foo', [], 'there are none'],
])('%s', (_, word, known, text) => {
  expect(suggestion(word, known)).toBe(`; ${text}`)
  expect(hint(word, known)).toBe(text.startsWith('did') ? `; ${text}` : '')
})
