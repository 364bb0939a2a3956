/** What a large memory takes on the host, from the first byte read to the last result written. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Raw, readJson, start, temporaryFolder, writeScenario } from './program.ts'

const folder = temporaryFolder()
const MIB = 2 ** 20

/** Leaves the peak of the process in PEAK_FILE; unlike maxRSS of Node it does not begin with that of its parent. */
const probe = join(folder, 'peak.mjs')
writeFileSync(
  probe,
  `import { readFileSync, writeFileSync } from 'node:fs'
process.on('exit', () => writeFileSync(process.env.PEAK_FILE, /VmHWM:\\s+(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]))`,
)

function recall(format: string, columns: number, rows: number): Raw {
  return {
    version: 1,
    time: { dt: 0.5, ticks: 2 },
    neurons: {
      visible: { size: columns, lagrangian: { kind: 'linear' } },
      hidden: { size: rows, lagrangian: { kind: 'softmax', beta: 0.01 }, tau: 0 },
    },
    memories: {
      xi: { from: 'visible', to: 'hidden', format, init: { kind: 'random', distribution: 'binary' } },
    },
    stimulus: [
      { kind: 'initial', layer: 'visible', patterns: { kind: 'rows', of: 'xi', select: [rows - 1] } },
    ],
    probes: {
      overlap: {
        kind: 'overlap',
        layer: 'visible',
        patterns: { kind: 'rows', of: 'xi', select: [rows - 1] },
      },
    },
  }
}

/** Most bytes of a run that were in memory at a time. */
async function peakOf(name: string, scenario: Raw, ...options: readonly string[]): Promise<number> {
  const file = writeScenario(folder, `${name}.json`, scenario)
  const env = { PEAK_FILE: join(folder, `${name}.peak`), NODE_OPTIONS: `--import ${probe}` }
  const run = await start(['run', file, '--quiet', '--out', name, ...options], folder, env).end
  expect(run).toMatchObject({ code: 0, stderr: '' })
  return Number(readFileSync(env.PEAK_FILE, 'utf8')) * 1024
}

/** A sample at every tick of one neuron. */
function samples(ticks: number, replicas = 1): Raw {
  return {
    version: 1,
    replicas,
    time: { dt: 0.1, ticks },
    neurons: { x: { size: 1, lagrangian: { kind: 'tanh' } } },
    probes: { rate: { kind: 'speed', layer: 'x', every: 1 } },
  }
}

// SwiftShader's buffers are memory of the process, and Linux tells its peak.
describe.runIf(process.platform === 'linux')('the memory of the process', () => {
  test('is that of the plan and less than twice a matrix, and a small part of the rows of a binary one', async () => {
    const tiny = await peakOf('tiny', recall('f32', 64, 64))
    const matrix = 128 * MIB
    const dense = await peakOf('dense', recall('f32', 8192, 4096))
    const plan = await start(['plan', 'dense.json', '--json'], folder).end
    const { bytes } = JSON.parse(plan.stdout) as { bytes: number }
    expect(bytes).toBeGreaterThan(matrix)
    expect(dense - tiny - bytes).toBeLessThan(2 * matrix)
    // Its rows would have as many bytes in float32, a 32nd of them on the GPU.
    const binary = await peakOf('binary', recall('binary', 16384, 2048))
    expect(binary - tiny).toBeLessThan(0.75 * matrix)
    // The last row, which is the last of what was written, is the pattern that it began with.
    for (const name of ['dense', 'binary'])
      expect(readJson(join(folder, name), 'summary.json').final).toEqual({
        overlap: expect.closeTo(1, 3) as number,
      })
  })

  test('grows by what samples count, and by their copy for the file, not by an object for each', async () => {
    const few = await peakOf('few', samples(100_000))
    const many = await peakOf('many', samples(700_000))
    // Sixteen are counted; some 28 are left to what the collector of garbage has not done yet.
    expect((many - few) / 600_000).toBeLessThan(60)
  })

  test('does not grow with samples that go to the disk as they come', async () => {
    const few = await peakOf('first', samples(50_000, 128), '--format', 'zarr')
    const many = await peakOf('all', samples(200_000, 128), '--format', 'zarr')
    // Kept, the samples between would be 73 MiB; garbage that is not collected yet is up to 25 MiB.
    expect(many - few).toBeLessThan(40 * MIB)
  })
})
