import leven from 'leven'

/** Longest word that may be meant by another. */
const LONGEST_WORD = 100

/** `; did you mean \`tau\`?`, or a word on there being nothing to mean. */
export function suggestion(word: string, known: readonly string[]): string {
  if (known.length === 0) return '; there are none'
  // Comparing takes the product of the lengths, and nobody means a word by a page of text.
  if (word.length > LONGEST_WORD) return ''
  const letters = (text: string) => Array.from(text).sort().join('')
  // Letters in another order are one slip of the fingers, though two edits: `tahn` means `tanh`, not `tan`.
  const distance = (other: string) =>
    letters(word) === letters(other) ? 0.5 : leven(word.toLowerCase(), other.toLowerCase())
  const [nearest = ''] = [...known].sort((a, b) => distance(a) - distance(b))
  return `; did you mean \`${nearest}\`?`
}
