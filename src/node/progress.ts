import { SingleBar } from 'cli-progress'

/** A bar with rate and remaining time on standard error. */
export interface Progress {
  /** Shows that so many ticks are done. */
  update(tick: number): void
  /** Takes the bar away. */
  stop(): void
}

/** A bar from tick `start` to tick `end`; nothing is shown when `visible` is false. */
export function createProgress(
  start: number,
  end: number,
  visible: boolean,
  format = '{bar} {percentage}%  tick {value} of {total}  {rate} ticks/s  {remaining} left',
): Progress {
  if (!visible) return { update: () => undefined, stop: () => undefined }
  const bar = new SingleBar({
    format,
    stream: process.stderr,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    clearOnComplete: true,
  })
  const began = performance.now()
  bar.start(end, start, { rate: '-', remaining: '-' })
  return {
    update(tick) {
      const seconds = (performance.now() - began) / 1000
      const rate = (tick - start) / seconds
      const remaining = rate > 0 ? timeText(Math.ceil((end - tick) / rate)) : '-'
      bar.update(tick, { rate: rateText(rate), remaining })
    },
    stop: () => bar.stop(),
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
