import { beforeAll, expect, test } from 'vitest'
import type { PlanRow } from '../../src/core/plan/print.ts'
import { ask, smallScenario, temporaryFolder, writeScenario } from './program.ts'

const folder = temporaryFolder()

beforeAll(() => {
  writeScenario(folder, 's.json', smallScenario())
})

test('engram validate says what a scenario describes, and what is doubtful on standard error', async () => {
  const rows = '{"kind":"random","distribution":"normal","count":4}'
  const { code, stdout, stderr } = await ask(
    ['validate', 's.json', '--set', `neurons.visible.init=${rows}`],
    folder,
  )
  expect(code).toBe(0)
  expect(stderr).toBe(
    'warning: neurons.visible.init: 4 rows for 3 replicas, so the last 1 are not used; set replicas to 4\n',
  )
  expect(stdout).toMatch(/^s.json is valid: small$/m)
  expect(stdout).toMatch(/^60 ticks of 0.1, exponential-euler, 3 replicas, seed 1$/m)
  expect(stdout).toMatch(/^layer +hidden +5 softmax \(beta 4\), adiabatic$/m)
  expect(stdout).toMatch(/^synapse +w +on visible, base zero, tau 2, strength 0.2, every 2 ticks$/m)
  expect(stdout).toMatch(/^memory +xi +5 x 30 f32, visible -> hidden, hebbian, tau 250, every 5 ticks$/m)
  expect(stdout).toMatch(/^probe +energy +energy, every 10 ticks, 7 samples$/m)
  expect(stdout).toMatch(/^GPU memory: \d+ bytes \([\d.]+ KiB\)$/m)
})

test('engram validate and plan report wrong input in one line with exit code 2', async () => {
  for (const command of ['validate', 'plan']) {
    const { code, stdout, stderr } = await ask([command, 's.json', '--set', 'replicas=-2'], folder)
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: 's.json: replicas: must be an integer from 1 to 65535, not -2\n',
    })
  }
})

test('engram plan tells the variant of every product, and forces what it is told to', async () => {
  const { stdout } = await ask(['plan', 's.json', '--variant', 'matvec:xi=1x1/32'], folder)
  expect(stdout).toMatch(/^ +product\/matvec\S* +hidden\/matvec xi +1x1\/32 forced +1 /m)
  expect(stdout).toMatch(
    /^ +product\/matvec-transposed\S* +visible\/matvec-transposed w +\d+x\d+\/64 default +1 /m,
  )
  expect(stdout).toMatch(
    /^variants: matvec:xi=1x1\/32 matvec-transposed:w=\S+ matvec-transposed:xi=\S+ fuse=on$/m,
  )
  for (const [variant, reason] of [
    [
      'matvec:eta=1x1',
      'there is no product matvec:eta; choose one of matvec:xi, matvec-transposed:w, matvec-transposed:xi',
    ],
    ['fuse=never', 'there is no fuse=never; fuse is on or off'],
  ] as const) {
    const { code, stdout, stderr } = await ask(['plan', 's.json', '--variant', variant], folder)
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `--variant: ${reason}\n` })
  }
})

test('engram plan prints the dispatches in the order of a tick, then the buffers and their sum', async () => {
  const { code, stdout } = await ask(['plan', 's.json'], folder)
  expect(code).toBe(0)
  const order = [
    ...['stimulate:', 'activate:', 'settle:', 'input:', 'integrate:', 'plasticity:', 'learn:'],
    ...[
      'probe energy',
      'probe overlap',
      'probe similarity',
      'probe rate',
      'probe snap',
      '  buffer',
      'all buffers: ',
    ],
  ].map((title) => stdout.indexOf(`\n${title}`))
  expect(order).not.toContain(-1)
  expect(order).toEqual([...order].sort((a, b) => a - b))
  expect(stdout).toMatch(/^ +kernel +for +variant +every +workgroups +bytes +reads +writes$/m)
  expect(stdout).toMatch(
    /^ +rule\/plasticity-step\+hebbian +w\/plasticity-step +- +2 +\d+x1x1 +\d+ +visible\/activations +w\/matrix faults$/m,
  )
})

test('engram plan --json has the same as data', async () => {
  const { stdout } = await ask(['plan', 's.json', '--json', '--set', 'memories.xi.every=9'], folder)
  const plan = JSON.parse(stdout) as {
    operations: PlanRow[]
    buffers: { bytes: number }[]
    bytes: number
    limits: Record<string, number>
  }
  expect(plan.bytes).toBe(plan.buffers.reduce((sum, { bytes }) => sum + bytes, 0))
  expect(plan.operations.find(({ label }) => label === 'xi/plasticity-step')).toMatchObject({
    kernel: 'rule/plasticity-step+hebbian',
    every: 9,
  })
  expect(plan.limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(2 ** 27)
})

test('engram plan --wgsl prints the module of a label, and names the nearest label where there is none', async () => {
  const { code, stdout, stderr } = await ask(
    ['plan', 's.json', '--resident', 'off', '--wgsl', 'w/plasticity-step'],
    folder,
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(
    /^\/\/ w\/plasticity-step: kernel rule\/plasticity-step\+hebbian, entry point plasticityStep\n\/\/ overrides: WORKGROUP = \d+, /,
  )
  expect(stdout).toMatch(/^ *1 {2}struct Params \{$/m)
  expect(stdout).toMatch(/^ *\d+ {2}fn plasticityStep\(/m)
  expect(await ask(['plan', 's.json', '--resident', 'off', '--wgsl', 'w/plasticity-stop'], folder)).toEqual({
    code: 2,
    stdout: '',
    stderr:
      '--wgsl: no dispatch has the label `w/plasticity-stop`; engram plan without --wgsl lists all labels; did you mean `w/plasticity-step`?\n',
  })
})

test.each(['run', 'validate', 'plan', 'devices'])(
  'engram %s --help goes to standard output',
  async (command) => {
    const { code, stdout, stderr } = await ask([command, '--help'], folder)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: engram ${command} \\[options\\]`))
  },
)

test('engram plan --roofline bounds a tick on a class of GPUs without a device, with sources, and marks untried kernels', async () => {
  const { code, stdout } = await ask(['plan', 's.json', '--roofline', 'm4'], folder)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^roofline of s\.json on Apple M4, 10 cores: /)
  expect(stdout).toMatch(/^at least [\d.,]+ us a tick; alone: bytes \S+, operations \S+, dispatches \S+$/m)
  expect(stdout).toContain('arXiv:2604.02344')
  expect(stdout).toMatch(/^\* no report of a GPU has this kernel yet/m)
  const { stdout: json } = await ask(['plan', 's.json', '--roofline', 'm4', '--json'], folder)
  const { roofline, operations } = JSON.parse(json) as {
    roofline: { class: string; seconds: number }
    operations: { kernel: string; untried?: boolean }[]
  }
  expect(roofline.class).toBe('m4')
  expect(roofline.seconds).toBeGreaterThan(0)
  // A snapshot has no kernel.
  expect(operations.every(({ kernel, untried = false }) => untried === (kernel !== 'copy'))).toBe(true)
  const wrong = await ask(['plan', 's.json', '--roofline', 'm9'], folder)
  expect(wrong).toMatchObject({ code: 2, stderr: '--roofline: must be h100 or m4 or integrated, not "m9"\n' })
})
