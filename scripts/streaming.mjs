/**
 * Memory of a run whose samples go to the disk as they come: `npm run streaming -- [samples] [format]`, default 10^6 and zarr.
 * Prints the resident memory as samples come, and its peak from then on above the peak between a tenth and a quarter of the
 * samples, which the collector of garbage needs; fails above 20 MiB.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clearInterval, setInterval } from 'node:timers'
import { fileURLToPath } from 'node:url'

const [samples = 1_000_000, format = 'zarr'] = process.argv.slice(2)
const MOST = 20

const folder = mkdtempSync(join(tmpdir(), 'engram-streaming-'))
const scenario = {
  version: 1,
  time: { dt: 0.1, ticks: Number(samples) - 1 },
  neurons: { v: { size: 4, lagrangian: { kind: 'tanh' } } },
  probes: { energy: { kind: 'energy' } },
}
writeFileSync(join(folder, 's.json'), JSON.stringify(scenario))
const program = fileURLToPath(new URL('../bin/engram.js', import.meta.url))
const options = ['--format', format, '--stream', '--adapter', 'software', '--out', 'out', '--quiet']
const run = spawn(process.execPath, [program, 'run', 's.json', ...options], { cwd: folder, stdio: 'inherit' })

/** Samples that are on the disk. */
function written() {
  try {
    if (format === 'zarr')
      return JSON.parse(readFileSync(join(folder, 'out/results.zarr/energy.tick/zarr.json'), 'utf8')).shape[0]
    if (format === 'npz') return statSync(join(folder, 'out/results.parts/energy.tick.parts')).size / 4
    return Number(
      /\n(\d+),[^\n]*\n[^\n]*$/.exec(
        readFileSync(join(folder, 'out/energy.csv'), 'latin1').slice(-300),
      )?.[1] ?? 0,
    )
  } catch {
    return 0
  }
}

const seen = []
const timer = setInterval(() => {
  const status = readFileSync(`/proc/${run.pid}/status`, 'utf8')
  const mebibytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  seen.push({ count: written(), mebibytes })
}, 250)

run.on('exit', (code) => {
  clearInterval(timer)
  rmSync(folder, { recursive: true, force: true })
  const begun = seen.filter(({ count }) => count > 0)
  const early = begun.filter(({ count }) => count >= samples / 10)
  for (const { count, mebibytes } of early.filter((_, index) => index % Math.ceil(early.length / 12) === 0))
    console.log(`${String(count).padStart(9)} samples  ${mebibytes.toFixed(1).padStart(6)} MiB`)
  const peakOf = (some) => Math.max(...some.map(({ mebibytes }) => mebibytes))
  const first = peakOf(early.filter(({ count }) => count <= samples / 4))
  const growth = peakOf(early) - first
  console.log(
    `${growth.toFixed(1)} MiB above ${first.toFixed(1)} MiB, the peak up to a quarter of the samples`,
  )
  process.exitCode = code !== 0 || growth > MOST ? 1 : 0
})
