import leven from 'leven'

/** Longest word that is compared. */
const LONGEST_WORD = 100

/** Paths that are named at most. */
const MOST_PATHS = 4

/** `; did you mean \`tau\`?`, or an empty text. The end of longer paths stands for all of them. */
export function suggestion(word: string, known: readonly string[]): string {
  if (known.length === 0) return '; there are none'
  // The comparison takes the product of the lengths, so long texts are skipped.
  if (word.length > LONGEST_WORD) return ''
  const longer = known.filter((path) => path.endsWith(`.${word}`)).map((path) => `\`${path}\``)
  if (longer.length > MOST_PATHS)
    return `; did you mean one of ${longer.slice(0, MOST_PATHS).join(', ')} and ${longer.length - MOST_PATHS} more?`
  if (longer.length > 0) return `; did you mean ${longer.join(' or ')}?`
  const letters = (text: string) => Array.from(text).sort().join('')
  // Transposed letters count as one mistake, although they are two edits: `tahn` means `tanh`, not `tan`.
  const distance = (other: string) =>
    letters(word) === letters(other) ? 0.5 : leven(word.toLowerCase(), other.toLowerCase())
  const [nearest = ''] = [...known].sort((a, b) => distance(a) - distance(b))
  return `; did you mean \`${nearest}\`?`
}
