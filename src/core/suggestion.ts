import leven from 'leven'

/** Longest word that is compared. */
const LONGEST_WORD = 100

/** `; did you mean \`tau\`?`, or an empty text. */
export function suggestion(word: string, known: readonly string[]): string {
  if (known.length === 0) return '; there are none'
  // The comparison takes the product of the lengths, so long texts are skipped.
  if (word.length > LONGEST_WORD) return ''
  const letters = (text: string) => Array.from(text).sort().join('')
  // Transposed letters count as one mistake, although they are two edits: `tahn` means `tanh`, not `tan`.
  const distance = (other: string) =>
    letters(word) === letters(other) ? 0.5 : leven(word.toLowerCase(), other.toLowerCase())
  const [nearest = ''] = [...known].sort((a, b) => distance(a) - distance(b))
  return `; did you mean \`${nearest}\`?`
}
