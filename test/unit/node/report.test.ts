import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { REPRODUCTIONS } from '../../../src/core/reproduce/index.ts'
import { drawChart } from '../../../src/node/chart.ts'
import { type Recorded, htmlReport, jsonOf, readRecords } from '../../../src/node/report.ts'

const HOSTILE = `"'><img src=x onerror=alert(1)></title></style><script>alert(1)</script>\u202e\u001b[31m`

/** @param text - stands in every place of a text */
function recordWith(text: string): Recorded {
  return {
    id: text,
    title: text,
    citation: text,
    claim: text,
    method: text,
    size: text,
    seed: 1,
    passed: false,
    checks: [
      {
        what: text,
        relation: 'near',
        expected: 1,
        published: 1,
        source: { kind: 'paper', paper: text, place: text },
        measured: 2,
        half: 0.5,
        networks: 3,
        tolerance: 0.1,
        passed: false,
      },
    ],
    warnings: [text],
    duration: 1,
    command: text,
    adapter: { name: text, type: text as 'software', driver: text },
    versions: { engram: text, node: text },
    chart: {
      title: text,
      x: { label: text },
      y: { label: text, scale: 'log' },
      marks: [
        { kind: 'line', label: text, x: [1, 2], y: [1, 2] },
        { kind: 'points', label: text, x: [1, 2], y: [1, 2], error: [NaN, 1] },
        { kind: 'rule', label: text, at: 1, of: 'x' },
      ],
    },
  }
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'engram-report-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The names of all elements and attributes. */
function markupOf(html: string): string[] {
  return [...html.matchAll(/<([!/]?[a-zA-Z][^\s>]*)|\s([a-z-]+)=(?=")/g)].map(
    ([, tag, attribute]) => tag ?? attribute ?? '',
  )
}

test('no text of a result adds an element or an attribute to a report or a figure, or steers its reader', () => {
  for (const draw of [
    (record: Recorded) => htmlReport([record]),
    ({ chart }: Recorded) => drawChart(chart),
  ]) {
    const [hostile, harmless] = [draw(recordWith(HOSTILE)), draw(recordWith('x'))]
    // A long label may have a line of the legend to itself, but no element more.
    expect(new Set(markupOf(hostile))).toEqual(new Set(markupOf(harmless)))
    expect(markupOf(hostile)).toHaveLength(markupOf(harmless).length)
    for (const sign of ['<img', '<script', '\u202e', '\u001b']) expect(hostile).not.toContain(sign)
    expect(hostile).toContain('&#60;img')
    expect(hostile).toContain('\\u202e')
  }
})

test('a folder gives back the results that it holds, and leaves out what is none', async () => {
  const [own, other, wrong, broken] = REPRODUCTIONS.map(({ id }) => id) as [string, string, string, string]
  const record = { ...recordWith('words'), id: own }
  writeFileSync(join(folder, `${own}.json`), jsonOf(record))
  writeFileSync(join(folder, `${other}.json`), jsonOf({ ...record, id: HOSTILE }))
  const marks = [{ kind: 'line', colour: HOSTILE, x: [1], y: [1] }]
  writeFileSync(
    join(folder, `${wrong}.json`),
    JSON.stringify({ ...record, id: wrong, chart: { ...record.chart, marks } }),
  )
  writeFileSync(
    join(folder, `${broken}.json`),
    JSON.stringify({ id: broken, checks: [{ measured: HOSTILE }] }),
  )
  expect(await readRecords(folder)).toEqual([record])
})

test('a record of typed arrays is read back, and the records of the documentation are those of all experiments', async () => {
  const { chart, ...rest } = recordWith('x')
  const { id } = REPRODUCTIONS[0]!
  const points = { kind: 'points', x: Float64Array.of(1, 2), y: Float32Array.of(0.5, 2) } as const
  const record = { ...rest, id, chart: { ...chart, marks: [points] } } as unknown as Recorded
  writeFileSync(join(folder, `${id}.json`), jsonOf(record))
  const [{ chart: read } = record] = await readRecords(folder)
  expect(read.marks).toEqual([{ kind: 'points', x: [1, 2], y: [0.5, 2] }])
  const kept = await readRecords('docs/reproductions')
  expect(kept.map((one) => one.id)).toEqual(REPRODUCTIONS.map((one) => one.id))
})
