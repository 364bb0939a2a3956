import leven from 'leven'

/** Longest word that is compared. */
const LONGEST_WORD = 100

/** Names that are listed at most. */
const MOST_NAMES = 4

/** Edits between a word and its hint: so many at most, or this fraction of the letters of the word. */
const MOST_EDITS = 2
const MOST_EDITED = 0.5

/** Letters with which a longer name begins like the word. */
const LEAST_BEGINNING = 4

/** The remedy for a wrong name: the one that is meant, or else the names that there are. */
export function suggestion(word: string, known: readonly string[]): string {
  if (known.length === 0) return '; there are none'
  return hint(word, known) || `; known here: ${listed(known, ', ')}`
}

/** `; did you mean \`tau\`?`, or an empty text if no name is near. The end of longer paths stands for all of them. */
export function hint(word: string, known: readonly string[]): string {
  // The comparison takes the product of the lengths, so long texts are skipped.
  if (word.length > LONGEST_WORD) return ''
  const longer = known.filter((path) => path.endsWith(`.${word}`))
  if (longer.length > MOST_NAMES) return `; did you mean one of ${listed(longer, ', ')}?`
  if (longer.length > 0) return `; did you mean ${listed(longer, ' or ')}?`
  const letters = (text: string) => Array.from(text).sort().join('')
  const typed = word.toLowerCase()
  // Transposed letters count as one mistake, although they are two edits: `tahn` means `tanh`, not `tan`. A name that begins with
  // the word comes before any other with a mistake: `lin` means `linear`, not `sign`.
  const distance = (other: string) => {
    if (letters(word) === letters(other)) return 0.5
    if (typed.length > 1 && other.toLowerCase().startsWith(typed)) return 1 - 1 / (1 + other.length)
    return leven(typed, other.toLowerCase())
  }
  const [nearest] = [...known].sort((a, b) => distance(a) - distance(b))
  const isNear = nearest !== undefined && distance(nearest) <= Math.max(MOST_EDITS, MOST_EDITED * word.length)
  // The beginning of one name alone: `dense-am` means `dense-memory`.
  const alike = known.filter((name) => beginning(name, word) >= Math.max(LEAST_BEGINNING, word.length / 2))
  const meant = isNear ? nearest : alike.length === 1 ? alike[0] : undefined
  return meant === undefined ? '' : `; did you mean \`${meant}\`?`
}

/** Number of letters with which both words begin. */
function beginning(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return length
}

/** The first names, and how many more there are. */
function listed(names: readonly string[], separator: string): string {
  const first = names.slice(0, MOST_NAMES).map((name) => `\`${name}\``)
  const more = names.length - first.length
  return first.join(separator) + (more > 0 ? ` and ${more} more` : '')
}
