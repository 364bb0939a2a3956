/** Numbers and texts as TeX. */

/** A number with at most three digits. */
export function texNumber(value: number): string {
  const text = String(Number(value.toPrecision(3)))
  const [mantissa, exponent] = text.split('e') as [string, string | undefined]
  return exponent === undefined ? mantissa : `${mantissa} \\cdot 10^{${Number(exponent)}}`
}

/** Text with the special characters of TeX escaped. */
export function texText(text: string): string {
  return text.replace(/[\\{}$&#^_%~]/g, (sign) =>
    sign === '\\' ? '\\textbackslash ' : sign === '^' ? '\\hat{}' : sign === '~' ? '\\tilde{}' : `\\${sign}`,
  )
}
