import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import {
  ask,
  type Raw,
  readArrays,
  readJson,
  smallScenario,
  temporaryFolder,
  writeScenario,
} from './program.ts'

const folder = temporaryFolder()

/** The first JSON blocks of docs/scenario.md with a custom Lagrangian: it alone, then a whole scenario. */
const [line, threshold] = [...readFileSync('docs/scenario.md', 'utf8').matchAll(/```json\n(.*?)```/gs)]
  .filter(([block]) => block.includes('"lagrangian": "') && block.includes('"custom"'))
  .map((match) => JSON.parse(match[1]!) as Raw)

function withLagrangian(lagrangian: Raw): Raw {
  const small = smallScenario()
  const neurons = small.neurons as Record<string, Raw>
  return { ...small, neurons: { ...neurons, visible: { ...neurons.visible, lagrangian } } }
}

beforeAll(() => {
  writeScenario(folder, 'threshold.json', threshold!)
  writeScenario(folder, 'line.json', withLagrangian(line!))
  writeScenario(folder, 'tanh.json', withLagrangian({ kind: 'tanh', gain: 4 }))
  const custom = { activation: 'tanh(a * x)', lagrangian: 'logCosh(a * x) / a', parameters: { a: 4 } }
  writeScenario(folder, 'custom.json', withLagrangian({ kind: 'custom', ...custom }))
})

test('a run with tanh as a custom Lagrangian gives the bytes that the built-in tanh gives', async () => {
  for (const name of ['tanh', 'custom']) {
    const { code } = await ask(['run', `${name}.json`, '--out', name, '--quiet'], folder)
    expect(code).toBe(0)
  }
  const [builtIn, own] = ['tanh', 'custom'].map((name) => readArrays(folder, `${name}/results.npz`))
  expect(Object.keys(own!)).toEqual(Object.keys(builtIn!))
  for (const [key, { data }] of Object.entries(builtIn!)) expect([key, own![key]!.data]).toEqual([key, data])
  const { scenario } = readJson(folder, 'custom/summary.json') as {
    scenario: { neurons: Record<string, Raw> }
  }
  expect(scenario.neurons.visible!.lagrangian).toMatchObject({ kind: 'custom', parameters: { a: 4 } })
})

test('a run with a custom Lagrangian goes on from its checkpoint to the same bytes', async () => {
  const run = ['run', 'custom.json', '--quiet', '--out']
  const half = await ask([...run, 'half', '--ticks', '25', '--checkpoint-every', '25'], folder)
  expect(half.code).toBe(0)
  const resumed = await ask([...run, 'half', '--resume', 'half/checkpoint.npz'], folder)
  expect(resumed.code).toBe(0)
  expect((await ask([...run, 'whole'], folder)).code).toBe(0)
  const bytes = (name: string): Buffer => readFileSync(join(folder, name, 'results.npz'))
  expect(bytes('half').equals(bytes('whole'))).toBe(true)
  expect(readJson(folder, 'half/summary.json')).toMatchObject({ ticks: 60, startTick: 25 })

  // An expression that is another is another network.
  const path = 'neurons.visible.lagrangian'
  const other = [
    '--set',
    `${path}.activation=tanh(a * x) + x`,
    '--set',
    `${path}.lagrangian=logCosh(a * x) / a + x * x / 2`,
  ]
  const refused = await ask([...run, 'refused', '--resume', 'half/checkpoint.npz', ...other], folder)
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining(
      'activation: the checkpoint was made with "tanh(a * x)", the scenario has "tanh(a * x) + x"',
    ),
  ])
})

test('the soft threshold of the documentation recalls 600 patterns in 256 neurons, a linear layer does not', async () => {
  const overlap = async (edge: number): Promise<number> => {
    const set = `neurons.hidden.lagrangian.parameters.edge=${edge}`
    const { code } = await ask(
      ['run', 'threshold.json', '--out', `edge${edge}`, '--quiet', '--set', set],
      folder,
    )
    expect(code).toBe(0)
    const { data } = readArrays(folder, `edge${edge}/results.npz`)['overlap.value']!
    // [sample, replica, pattern]: replica r began at pattern r.
    const last = Array.from(data).slice(-100)
    return last.filter((_, k) => k % 11 === 0).reduce((sum, value) => sum + value / 10, 0)
  }
  expect(await overlap(2)).toBeGreaterThan(0.99)
  expect(await overlap(0)).toBeLessThan(0.8)
})

test('analyse and plan know custom Lagrangians', async () => {
  const jacobian = await ask(['analyse', 'spectrum', 'threshold.json', '--of', 'jacobian'], folder)
  expect([jacobian.code, jacobian.stdout]).toEqual([0, expect.stringContaining('jacobian.hyperbolic\ttrue')])
  const plan = await ask(['plan', 'line.json'], folder)
  expect(plan.stdout).toMatch(/neuron\/activate\+custom +visible\/activate/)
  const validate = await ask(['validate', 'line.json'], folder)
  expect(validate.stdout).toMatch(
    /^layer +visible +30 custom \(activation clamp\(gain \* x, -1, 1\), .*, gain 2\)/m,
  )
})

const lagrangian = 'neurons.visible.lagrangian'
test.each([
  [
    `${lagrangian}.activation=clap(gain * x, -1, 1)`,
    `${lagrangian}.activation: column 1: unknown function "clap"; did you mean \`clamp\`?`,
  ],
  [
    `${lagrangian}.activation=x; } fn f() {`,
    `${lagrangian}.activation: column 2: unexpected \`;\`; write one expression, without statements`,
  ],
  [
    `${lagrangian}.lagrangian=x * x * gain`,
    `${lagrangian}: the activation is 1 at x = 0.9912, the derivative of the lagrangian is 3.965 there; correct one of ` +
      'them: they must be equal',
  ],
  [
    `${lagrangian}.parameters.gain=high`,
    `${lagrangian}.parameters.gain: must be a number or an object with "kind" "array", "npy", "idx", "image", "png", "random", ` +
      '"rows", "values" or "zeros", not "high"; give a number such as 1',
  ],
])('%s is refused in one line with exit code 2', async (assignment, says) => {
  const { code, stdout, stderr } = await ask(['validate', 'line.json', '--set', assignment], folder)
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `line.json: ${says}\n` })
})
