/**
 * Numbers of a table: one row a line, separated by commas, semicolons, tabs or spaces (RFC 4180; numpy.savetxt). Semicolons stand
 * where a comma may be the decimal mark. Lines may end in any way; those that begin with # are left out.
 */
import { ModelError } from '../errors.ts'
import type { NpyArray } from './npy.ts'

/** Letters at the beginning of a file that tell whether it is prose. */
const LOOKED_AT = 2 ** 16

/** As Node and browsers have it. */
interface Decoders {
  readonly TextDecoder: new (
    encoding: 'utf-8',
    options: { readonly fatal: true },
  ) => { decode(bytes: Uint8Array): string }
}

/** Most bytes of a table, which is one string. */
const MOST = 2 ** 29 - 2 ** 16

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

interface Line {
  /** In the file, from 1. */
  readonly number: number
  readonly cells: readonly string[]
}

/**
 * Reads a table, [rows, columns].
 * @param header - whether the first line has names; undefined = it has if none of its cells is a number or looks like one
 * @throws ModelError, with line and column, for a cell that is empty or no finite number, a first line of names and numbers, an
 *   integer that float32 does not have, for lines of other lengths, and for prose
 */
export function decodeCsv(bytes: Uint8Array, header?: boolean): NpyArray {
  if (bytes.length > MOST)
    throw new ModelError(`has ${bytes.length} bytes, and tables may have ${MOST}; save it as .npy`)
  const text = textOf(bytes)
  try {
    return tableOf(text, header)
  } catch (error) {
    throw proseIn(text) ?? withRemedy(text, header, error)
  }
}

/** A table with a column of words in front or at the end. */
export interface LabelledTable {
  /** The other columns. */
  readonly array: NpyArray
  /** Of each row. */
  readonly labels: readonly string[]
  /** That of the labels, from 1. */
  readonly column: number
}

/**
 * Reads a table with labels: its first or its last column, and no other, is words below the heading.
 * @returns undefined for other tables
 * @throws ModelError for a fault in the other columns, as `decodeCsv`
 */
export function decodeLabelled(bytes: Uint8Array): LabelledTable | undefined {
  const text = textOf(bytes)
  const { columns, count, below } = wordColumns(text, undefined)
  const [column] = columns
  if (columns.length !== 1 || (column !== 1 && column !== count)) return undefined
  return {
    array: tableOf(text, undefined, column),
    labels: below.map(({ cells }) => cells[column - 1] ?? ''),
    column,
  }
}

/** A cell that is no number. */
class CellError extends ModelError {
  /** From 1. */
  readonly column: number
  constructor(message: string, column: number) {
    super(message)
    this.column = column
  }
}

/** An error about a cell in a column of words says that the column can go. */
function withRemedy(text: string, header: boolean | undefined, error: unknown): unknown {
  if (!(error instanceof CellError)) return error
  const { columns } = wordColumns(text, header)
  if (!columns.includes(error.column)) return error
  const noun = columns.length === 1 ? 'column' : 'columns'
  const verb = columns.length === 1 ? 'has' : 'have'
  return new ModelError(`${error.message}, or remove ${noun} ${columns.join(', ')}, which ${verb} no numbers`)
}

/** The columns, from 1, without a number below the heading, if others have some; none for a text that is no table. */
function wordColumns(
  text: string,
  header: boolean | undefined,
): { readonly columns: readonly number[]; readonly count: number; readonly below: readonly Line[] } {
  const lines = [...linesOf(text, separatorOf(text))]
  const first = lines[0]?.cells ?? []
  const below = (header ?? !first.some((cell) => LIKE_NUMBER.test(cell))) ? lines.slice(1) : lines
  const isWord = (cell: string | undefined): boolean =>
    cell !== undefined && cell !== '' && !LIKE_NUMBER.test(cell)
  const columns = first.flatMap((_, index) =>
    below.every(({ cells }) => isWord(cells[index])) ? [index + 1] : [],
  )
  const isTable = lines.every(({ cells }) => cells.length === first.length) && columns.length < first.length
  return { columns: isTable ? columns : [], count: first.length, below }
}

/** @param without - a column, from 1, that is left out */
function tableOf(text: string, header: boolean | undefined, without = 0): NpyArray {
  const separator = separatorOf(text)
  const values: number[] = []
  let columns: { readonly count: number; readonly line: number } | undefined
  let rows = 0
  let isFirst = true
  for (const line of linesOf(text, separator)) {
    const isHeader = isFirst && (header ?? isNames(line, separator, without))
    isFirst = false
    columns ??= { count: line.cells.length, line: line.number }
    if (line.cells.length !== columns.count)
      throw new ModelError(
        `has ${line.cells.length} cells in line ${line.number} and ${columns.count} in line ${columns.line}; give all lines the same`,
      )
    if (isHeader) continue
    line.cells.forEach((cell, index) => {
      if (index + 1 !== without) values.push(numberOf(cell, separator, line.number, index + 1))
    })
    rows++
  }
  if (rows === 0) throw new ModelError('holds no numbers; give it one line of numbers or more')
  return { shape: [rows, (columns?.count ?? 0) - Number(without > 0)], data: Float64Array.from(values) }
}

function textOf(bytes: Uint8Array): string {
  const { TextDecoder } = globalThis as unknown as Decoders
  try {
    // It leaves a byte order mark out.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ModelError('is not text in UTF-8; save it as CSV in UTF-8')
  }
}

/** The separator of the first line with text: a comma if the line has one cell. */
function separatorOf(text: string): string {
  const line = /^[^\n\r#].*$/m.exec(text)?.[0].replace(/"[^"]*"/g, '') ?? ''
  const found = ['\t', ';', ','].find((mark) => line.includes(mark))
  return found ?? (/\S[ ]+\S/.test(line) ? ' ' : ',')
}

/** The lines with what stands in their cells, without quotes; empty lines are left out. */
function* linesOf(text: string, separator: string): Generator<Line> {
  let [at, number] = [0, 0]
  while (at < text.length) {
    const cells: string[] = []
    number++
    const first = number
    if (text[at] === '#') {
      at = endOf(text, at)
    } else {
      for (;;) {
        const cell = cellAt(text, at, separator, number)
        cells.push(cell.text)
        number += cell.breaks
        at = cell.end
        if (text[at] !== separator) break
        at++
      }
    }
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    const own = separator === ' ' ? cells.filter((cell) => cell !== '') : cells
    if (own.length > 1 || (own[0] ?? '') !== '') yield { number: first, cells: own }
  }
}

function cellAt(
  text: string,
  start: number,
  separator: string,
  line: number,
): { readonly text: string; readonly end: number; readonly breaks: number } {
  let at = start
  while (text[at] === ' ' && separator !== ' ') at++
  if (text[at] !== '"') {
    while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++
    return { text: text.slice(start, at).trim(), end: at, breaks: 0 }
  }
  let content = ''
  for (at++; ; at++) {
    const end = text.indexOf('"', at)
    if (end < 0) throw new ModelError(`opens a quote in line ${line} that nothing closes; close it`)
    content += text.slice(at, end)
    at = end
    if (text[at + 1] !== '"') break
    content += '"'
    at++
  }
  at++
  while (text[at] === ' ' && separator !== ' ') at++
  if (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r')
    throw new ModelError(
      `has more behind the quotes of a cell in line ${line}; put all of the cell into quotes`,
    )
  return { text: content.trim(), end: at, breaks: content.split('\n').length - 1 }
}

function endOf(text: string, from: number): number {
  let at = from
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++
  return at
}

function plain(cell: string, separator: string): string {
  return separator === ';' && !cell.includes('.') ? cell.replace(',', '.') : cell
}

/** What programs write for numbers, or in their place: digits first, NaN, infinity, a missing value, true and false. */
const LIKE_NUMBER = /^[+-]?([.,]?\d|(nan|inf|infinity|na|n\/a|null|none|true|false)$)/i

/** The error of a text whose words, below a first line of names, are mostly no numbers; undefined for others. */
function proseIn(text: string): ModelError | undefined {
  const lines = text
    .slice(0, LOOKED_AT)
    .split(/\r\n?|\n/)
    .map((line, index) => ({ number: index + 1, words: line.startsWith('#') ? [] : wordsOf(line) }))
    .filter(({ words }) => words.length > 0)
  const below = lines.slice(1).flatMap(({ words }) => words)
  if (2 * below.filter((word) => LIKE_NUMBER.test(word)).length >= below.length) return undefined
  for (const { number, words } of lines) {
    const word = words.find((one) => !LIKE_NUMBER.test(one))
    if (word !== undefined)
      return new ModelError(
        `is no table of numbers: "${shownCell(word)}" in line ${number} is not a number; give lines of numbers`,
      )
  }
  return undefined
}

const wordsOf = (line: string): string[] => line.split(/[\s,;"]+/).filter((word) => word !== '')

/** @throws ModelError for a line that may be numbers with a fault in one of them */
function isNames({ number, cells }: Line, separator: string, without: number): boolean {
  const column = cells.findIndex(
    (cell, index) => index + 1 !== without && cell !== '' && !isNumber(cell, separator),
  )
  if (column < 0) return false
  if (!cells.some((cell) => LIKE_NUMBER.test(cell))) return true
  throw new CellError(
    `has "${shownCell(cells[column] as string)}" in line ${number}, column ${column + 1}, in a line that looks like numbers; ` +
      'give a finite number, or set "header": true in the scenario if the line has names',
    column + 1,
  )
}

function isNumber(cell: string, separator: string): boolean {
  return NUMBER.test(plain(cell, separator))
}

function numberOf(cell: string, separator: string, line: number, column: number): number {
  const number = isNumber(cell, separator) ? Number(plain(cell, separator)) : NaN
  const where = `line ${line}, column ${column}`
  if (/^[+-]?\d+$/.test(cell) && Number.isFinite(number) && Math.fround(number) !== number)
    throw new ModelError(
      `has ${shownCell(cell)} in ${where}, which float32 does not have exactly; give a smaller number, or ${shownCell(cell)}.0 to have it rounded`,
    )
  if (Number.isFinite(number)) return number
  if (cell === '') throw new ModelError(`has an empty cell in ${where}; give a number`)
  throw new CellError(`has "${shownCell(cell)}" in ${where}; give a finite number`, column)
}

function shownCell(cell: string): string {
  return cell.length > 40 ? `${cell.slice(0, 37)}...` : cell
}
