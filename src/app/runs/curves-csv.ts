/** Curves of several runs as one long table. Pure. */
import { csvText } from '../../core/run/results.ts'
import type { Chart } from '../plots/history.ts'

export interface NamedCurves {
  readonly name: string
  readonly number: number
  readonly charts: ReadonlyMap<string, Chart>
}

/** One line for each point: run, its name, probe, line, time, value, and the edges of a band. */
export function curvesCsv(runs: readonly NamedCurves[]): string {
  const lines = ['run,name,probe,line,time,value,low,high']
  const text = (value: number | null | undefined): string => (value == null ? '' : String(value))
  for (const { name, number, charts } of runs)
    for (const [probe, { times, lines: curves }] of charts)
      for (const { label, id, values, band } of curves)
        times.forEach((time, at) => {
          const cells = [
            String(number),
            csvText(name),
            csvText(probe),
            csvText(label === '' ? id : label),
            String(time),
            text(values[at]),
            text(band?.low[at]),
            text(band?.high[at]),
          ]
          lines.push(cells.join(','))
        })
  return `${lines.join('\n')}\n`
}
