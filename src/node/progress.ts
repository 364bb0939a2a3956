import type { SingleBar } from 'cli-progress'
import { messageFormat, tell, tellRecord } from './terminal.ts'

/** A bar with rate and remaining time on standard error. */
export interface Progress {
  /** Shows that so many ticks are done. */
  update(tick: number): void
  /** Takes the bar away. */
  stop(): void
}

/** Milliseconds between two lines where there is no terminal. */
const LINE = 60_000

/** Milliseconds between two records for a program. */
const RECORD = 100

export interface ProgressOptions {
  readonly quiet?: boolean | undefined
  /** What is shown, in the words of cli-progress; {bar} is left out of a line. */
  readonly format?: string
}

/** From tick `start` to tick `end` a bar on a terminal, elsewhere a line a minute; records where messages are JSON. */
export function createProgress(
  start: number,
  end: number,
  {
    quiet = false,
    format = '{bar} {percentage}%  tick {value} of {total}  {rate} ticks/s  {remaining} left',
  }: ProgressOptions = {},
): Progress {
  if (quiet) return { update: () => undefined, stop: () => undefined }
  if (messageFormat() === 'json') return createRecords(start, end)
  if (!process.stderr.isTTY) return createLines(start, end, format)
  return createBar(start, end, format)
}

/** The module of the bar is twenty files, which only a terminal needs; it is drawn once they are read. */
function createBar(start: number, end: number, format: string): Progress {
  let bar: SingleBar | undefined
  let isOver = false
  void import('cli-progress').then(({ SingleBar: Bar }) => {
    if (isOver) return
    bar = new Bar({
      format,
      stream: process.stderr,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 24,
      clearOnComplete: true,
    })
    bar.start(end, start, { rate: '-', remaining: '-' })
  })
  const began = performance.now()
  return {
    update(tick) {
      const seconds = (performance.now() - began) / 1000
      const rate = (tick - start) / seconds
      const remaining = rate > 0 ? timeText(Math.ceil((end - tick) / rate)) : '-'
      bar?.update(tick, { rate: rateText(rate), remaining })
    },
    stop() {
      isOver = true
      bar?.stop()
    },
  }
}

/** `{"progress": {"start", "value", "total"}}` ten times a second. */
function createRecords(start: number, total: number): Progress {
  let last = -Infinity
  return {
    update(value) {
      const now = performance.now()
      if (now - last < RECORD && value !== total) return
      last = now
      tellRecord({ progress: { start, value, total } })
    },
    stop: () => undefined,
  }
}

function createLines(start: number, end: number, format: string): Progress {
  const began = performance.now()
  let last = began
  return {
    update(tick) {
      const now = performance.now()
      if (now - last < LINE) return
      last = now
      const rate = ((tick - start) * 1000) / (now - began)
      const values: Record<string, string> = {
        percentage: String(Math.floor((100 * tick) / Math.max(1, end))),
        value: String(tick),
        total: String(end),
        rate: rateText(rate),
        remaining: rate > 0 ? timeText(Math.ceil((end - tick) / rate)) : '-',
      }
      const line = format
        .replace('{bar} ', '')
        .replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all)
      tell(`${line}\n`)
    },
    stop: () => undefined,
  }
}

/** Three digits, or all digits before the point. */
function rateText(rate: number): string {
  return rate < 100 ? rate.toPrecision(3) : rate.toFixed(0)
}

/** Such as `2h05m`, `3m07s` or `12s`. */
function timeText(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)}h${two((seconds % 3600) / 60)}m`
  return seconds >= 60 ? `${Math.floor(seconds / 60)}m${two(seconds % 60)}s` : `${seconds}s`
}
