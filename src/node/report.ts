/** Results of reproductions as JSON, Markdown and a page that needs no other file. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { Chart } from '../core/analysis/chart.ts'
import { markup } from '../core/analysis/markup.ts'
import type { Result } from '../core/reproduce/lab.ts'
import { REPRODUCTIONS } from '../core/reproduce/index.ts'
import type { KeptCheck, Source } from '../core/reproduce/reproduction.ts'
import { CHECK_HEADER, checkCells, sourceCounts, sourceLines } from '../core/reproduce/table.ts'
import type { AdapterInfo } from './device.ts'
import { drawChart } from './chart.ts'

/** How results came about. */
export interface Setting {
  /** The command line. */
  readonly command: string
  readonly adapter: Pick<AdapterInfo, 'name' | 'type' | 'driver'>
  readonly versions: { readonly engram: string; readonly node: string }
}

/** The content of ID.json. */
export interface Recorded extends Setting {
  readonly id: string
  readonly title: string
  readonly citation: string
  readonly claim: string
  readonly method: string
  readonly size: string
  readonly seed: number
  readonly passed: boolean
  readonly checks: readonly (KeptCheck & { readonly published: number })[]
  readonly warnings: readonly string[]
  /** In s. */
  readonly duration: number
  readonly chart: Chart
}

/** A result as it is kept. */
export function recordOf(result: Result, setting: Setting): Recorded {
  const { reproduction, checks, chart, size, seed, passed, warnings, duration } = result
  const { id, title, citation, claim, method } = reproduction
  const seconds = Number(duration.toFixed(1))
  return {
    id,
    title,
    citation,
    claim,
    method,
    size,
    seed,
    passed,
    // `published` is the name of `expected` for readers of earlier files.
    checks: checks.map((check) => ({ ...check, published: check.expected })),
    warnings,
    duration: seconds,
    ...setting,
    chart,
  }
}

/** ID.json: lists of numbers on one line, with the digits that float32 has. */
export function jsonOf(record: Recorded): string {
  const rounded = (_: string, value: unknown): unknown =>
    value instanceof Float64Array || value instanceof Float32Array
      ? Array.from(value)
      : typeof value === 'number'
        ? Number(value.toPrecision(7))
        : value
  const text = JSON.stringify(record, rounded, 2)
  return `${text.replace(/\[\s+([-\d.e,\s+]+?)\s+\]/g, (_, list: string) => `[${list.replace(/\s+/g, ' ')}]`)}\n`
}

/** JSON has null for what is not finite. */
const number = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? NaN),
)
const numbers = v.array(number)
const named = { label: v.optional(v.string()), colour: v.optional(v.picklist([0, 1, 2, 3, 4])) }
const axis = v.object({
  label: v.string(),
  scale: v.optional(v.picklist(['linear', 'log'])),
  domain: v.optional(v.tuple([v.number(), v.number()])),
})

const source: v.GenericSchema<unknown, Source> = v.variant('kind', [
  v.object({ kind: v.literal('paper'), paper: v.string(), place: v.string() }),
  v.object({ kind: v.literal('closed form'), formula: v.string() }),
  v.object({ kind: v.literal('theory'), equations: v.string() }),
  v.object({ kind: v.literal('program'), command: v.string() }),
  v.object({ kind: v.literal('unknown') }),
])

/** A file of a folder may be anybody's: of another program, of another version, or made to do harm. */
const recordSchema = v.looseObject({
  ...Object.fromEntries(
    (['id', 'title', 'citation', 'claim', 'method', 'size', 'command'] as const).map((key) => [
      key,
      v.string(),
    ]),
  ),
  seed: v.number(),
  passed: v.boolean(),
  duration: v.number(),
  warnings: v.array(v.string()),
  adapter: v.looseObject({ name: v.string(), type: v.string() }),
  versions: v.looseObject({ engram: v.string(), node: v.string() }),
  checks: v.array(
    v.pipe(
      v.looseObject({
        what: v.string(),
        relation: v.picklist(['near', 'at least', 'at most']),
        published: v.number(),
        expected: v.optional(v.number()),
        source: v.optional(source, { kind: 'unknown' }),
        measured: number,
        half: v.optional(number),
        networks: v.optional(v.number()),
        tolerance: v.number(),
        passed: v.boolean(),
      }),
      v.transform((check) => ({ ...check, expected: check.expected ?? check.published })),
    ),
  ),
  chart: v.object({
    title: v.string(),
    x: axis,
    y: axis,
    marks: v.array(
      v.variant('kind', [
        v.object({
          ...named,
          kind: v.literal('line'),
          x: numbers,
          y: numbers,
          dashed: v.optional(v.literal(true)),
        }),
        v.object({ ...named, kind: v.literal('points'), x: numbers, y: numbers, error: v.optional(numbers) }),
        v.object({ ...named, kind: v.literal('band'), x: numbers, low: numbers, high: numbers }),
        v.object({ ...named, kind: v.literal('histogram'), edges: numbers, heights: numbers }),
        v.object({ ...named, kind: v.literal('rule'), at: v.number(), of: v.picklist(['x', 'y']) }),
      ]),
    ),
  }),
})

/** What a folder holds, from this and earlier commands, in the order of the list. */
export async function readRecords(folder: string): Promise<Recorded[]> {
  const found = await Promise.all(
    REPRODUCTIONS.map(async ({ id }) => {
      try {
        const found = v.parse(recordSchema, JSON.parse(await readFile(join(folder, `${id}.json`), 'utf8')))
        return found.id === id ? [found as unknown as Recorded] : []
      } catch {
        return []
      }
    }),
  )
  return found.flat()
}

function verdict(records: readonly Recorded[]): string {
  const failed = records.filter(({ passed }) => !passed)
  const count = `${records.length - failed.length} of ${records.length} reproduced`
  const sources = sourceCounts(records.flatMap(({ checks }) => checks))
  return `${count}${failed.length === 0 ? '' : `; not ${failed.map(({ id }) => id).join(', ')}`}. ${sources}`
}

function origin({ command, adapter, versions, duration }: Recorded): string {
  return `${command}, ${duration.toFixed(0)} s on ${adapter.name} (${adapter.type}), engram ${versions.engram}, Node ${versions.node}`
}

/** All records as Markdown, beside the SVG files. */
export function markdownReport(records: readonly Recorded[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const sections = records.map((record) =>
    [
      `## ${record.title}`,
      `${record.claim} (${record.citation})`,
      `![${record.chart.title}](${record.id}.svg)`,
      [
        row(CHECK_HEADER),
        row(CHECK_HEADER.map(() => '---')),
        ...record.checks.map((check) => row(checkCells(check))),
      ].join('\n'),
      `Expected numbers:\n\n${sourceLines(record.checks)
        .map((line) => `- ${line}`)
        .join('\n')}`,
      `${record.method} Scenarios: \`scenarios/${record.id}\`, where the command has written them.`,
      `\`${origin(record)}\``,
    ].join('\n\n'),
  )
  return `# Reproductions

${verdict(records)}. Written by \`engram reproduce\`; what each compares, and with what tolerance, stands below its figure.

${sections.join('\n\n')}
`
}

const STYLE = `
:root{color-scheme:light dark;--paper:#f3f5f8;--panel:#fff;--edge:#dfe3e9;--text:#1a1f27;--muted:#5b6573;--accent:#2459c4;--good:#0f7b5f;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--paper:#0c0e12;--panel:#14171d;--edge:#262b34;--text:#e7eaee;--muted:#98a2b0;--accent:#7db0ff;--good:#5fd3ae;--bad:#ff8a80}}
body{margin:0 auto;max-width:784px;padding:24px 12px;background:var(--paper);color:var(--text);font:14px/1.45 system-ui,sans-serif}
section{background:var(--panel);border:1px solid var(--edge);border-radius:8px;padding:12px 20px;margin:12px 0}
h1{font-size:22px}h2{font-size:16px}svg{width:100%;min-width:540px;height:auto}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:3px 12px 3px 0;border-bottom:1px solid var(--edge)}th{font-weight:500;color:var(--muted)}.checks td:first-child{min-width:12em}.checks td+td{white-space:nowrap}a{color:var(--accent)}
.muted{color:var(--muted);font-size:12px}.pass{color:var(--good)}.FAIL{color:var(--bad);font-weight:600}
`

/** All records as one HTML document. */
export function htmlReport(records: readonly Recorded[]): string {
  const cell = (text: string): string =>
    `<td${/^(pass|FAIL)$/.test(text) ? ` class="${text}"` : ''}>${markup(text)}</td>`
  const line = (check: KeptCheck): string => `<tr>${checkCells(check).map(cell).join('')}</tr>`
  const sections = records.map(
    (record) => `<section id="${markup(record.id)}">
<h2>${markup(record.title)}</h2>
<p>${markup(record.claim)} <span class="muted">${markup(record.citation)}</span></p>
<div class="scroll">${drawChart(record.chart)}</div>
<div class="scroll"><table class="checks"><tr>${CHECK_HEADER.map((text) => `<th>${text}</th>`).join('')}</tr>
${record.checks.map(line).join('\n')}</table></div>
<ul class="muted">${sourceLines(record.checks)
      .map((line) => `<li>${markup(line)}</li>`)
      .join('')}</ul>
<p class="muted">${markup(record.method)}</p>
<p class="muted">${markup(origin(record))}</p>
</section>`,
  )
  const index = records.map(({ id, title, passed, size }) => {
    const word = passed ? 'pass' : 'FAIL'
    return `<tr><td><a href="#${markup(id)}">${markup(id)}</a></td><td>${markup(title)}</td><td>${markup(size)}</td><td class="${word}">${word}</td></tr>`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>engram: reproductions</title><style>${STYLE}</style></head><body>
<h1>Reproductions</h1>
<p>${markup(verdict(records))}</p>
<section class="scroll"><table>${index.join('\n')}</table></section>
${sections.join('\n')}
</body></html>
`
}
