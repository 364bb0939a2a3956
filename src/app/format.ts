/** Formats numbers and lists for the page. Pure. */

/** Three digits, with a real minus sign. */
export function format3(value: number): string {
  return formatDigits(value, 3)
}

/** Some significant digits, with a real minus sign. */
export function formatDigits(value: number, digits: number): string {
  const size = Math.abs(value)
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e5)
      ? size.toExponential(digits - 2)
      : String(Number(size.toPrecision(digits)))
  return value < 0 ? `−${text}` : text
}

/** The first texts, and how many more there are: `a, b, c and 2 more`. */
export function firstOf(texts: readonly string[], separator = ', ', most = 3): string {
  const more = texts.length - most
  return texts.slice(0, most).join(separator) + (more > 0 ? ` and ${more} more` : '')
}
