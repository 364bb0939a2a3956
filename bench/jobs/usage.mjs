/** Preloaded into each process of a job: at its end, its memory and the marks of its phases, as a line of ENGRAM_USAGE. */
import { appendFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

process.on('exit', () => {
  const marks = performance
    .getEntriesByType('mark')
    .filter(({ name }) => name.startsWith('engram:'))
    .map(({ name, startTime }) => [name.slice('engram:'.length), startTime])
  const line = { memory: process.resourceUsage().maxRSS / 1024, end: performance.now(), marks }
  appendFileSync(process.env.ENGRAM_USAGE, `${JSON.stringify(line)}\n`)
})
