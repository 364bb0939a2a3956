/** The recipes of docs/extending.md, applied to a copy of the project; and what the compiler asks for there. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { copyProject, filesOf, type ProjectCopy, RECIPES } from '../../../scripts/recipes.ts'

const TABLES = {
  lagrangians: 'src/core/kinds/lagrangians/table.ts',
  rules: 'src/core/kinds/rules/table.ts',
  integrators: 'src/core/kinds/integrators/table.ts',
  probes: 'src/core/kinds/probes/table.ts',
  updates: 'src/core/kinds/updates/table.ts',
}
const PLANNERS = 'src/core/plan/probes.ts'
const COUPLING_PLANNERS = 'src/core/plan/couplings/table.ts'

let copy: ProjectCopy

beforeAll(() => {
  copy = copyProject()
})

afterAll(() => {
  copy.remove()
})

function run(...args: string[]): { code: number | null; text: string } {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=verbose', ...args]
  const { status, stdout, stderr } = spawnSync('node', vitest, { cwd: copy.folder, encoding: 'utf8' })
  return { code: status, text: stdout + stderr }
}

/** Changes one place of a file of the copy while `body` looks at it. */
function changed<T>(file: string, from: string | RegExp, to: string, body: () => T): T {
  const path = join(copy.folder, file)
  const before = readFileSync(path, 'utf8')
  const after = before.replace(from, to)
  expect(after).not.toBe(before)
  writeFileSync(path, after)
  try {
    return body()
  } finally {
    writeFileSync(path, before)
  }
}

// The compiler reads the whole project.
vi.setConfig({ testTimeout: 300_000 })

describe('the compiler', () => {
  const RULE_TEST = 'test/gpu/rules.test.ts'
  const facts = [
    [
      'a Lagrangian without its Hessian',
      TABLES.lagrangians,
      /\n {6}hessian: \(l, x\) => \{\n {8}const g[^]*?\n {6}\},/,
    ],
    ['a Lagrangian that does not say whether it is bounded', TABLES.lagrangians, /\n {6}isBounded: true,/],
    ['a rule without a drive', TABLES.rules, /\n {4}drive: \(_, from\) => from,/],
    ['a probe that does not say what the guard watches', TABLES.probes, /\n {6}guard: \(\) => 'descent',/],
    ['a probe that nothing computes', PLANNERS, /\n {2}speed: \{[^]*?\n {2}\},/],
    ['an update that does not say whether it moves one neuron', TABLES.updates, /\n {4}movesOne: true,/],
    ['an integrator without noise', TABLES.integrators, /\n {4}variance: .*/],
    ['a coupling without an energy', 'src/core/kinds/couplings/dense.ts', /\n {2}energy: \(memory.*/],
    ['a coupling that nothing plans', COUPLING_PLANNERS, ' convolution,'],
  ] as const

  test('accepts the files as they are', () => {
    expect(copy.typeErrors([...new Set(facts.map(([, file]) => file)), RULE_TEST])).toBe('')
  })

  test.each(facts)('refuses %s', (_, file, fact) => {
    expect(changed(file, fact, '', () => copy.typeErrors([file]))).toContain(file)
  })

  test('names the test without a row for a rule, and the code that needs one which is gone', () => {
    const errors = changed(TABLES.rules, /\n {2}oja: \{[^]*?\n {2}\},/, '', () =>
      copy.typeErrors([RULE_TEST]),
    )
    expect(errors).toContain(RULE_TEST)
  })
})

describe('the recipes', () => {
  test('touch three files each, and that of a coupling five', () => {
    for (const name of RECIPES)
      expect([name, filesOf(name).length]).toEqual([name, name === 'coupling' ? 5 : 3])
  })

  test('apply, compile, and pass the tests of their families; a wrong drive in WGSL or factor in a plan alone does not', () => {
    for (const name of RECIPES) copy.apply(name)
    expect(copy.typeErrors()).toBe('')
    // The tests of other kinds are what they were.
    const { code, text } = run(
      'test/unit/kinds/lagrangians.test.ts',
      'test/unit/kinds/couplings.test.ts',
      'test/gpu/couplings.test.ts',
      'test/gpu/rules.test.ts',
      'test/gpu/probes.test.ts',
      'test/gpu/kernels/magnitudes.test.ts',
      'test/gpu/updates.test.ts',
      '-t',
      'softsign|threshold|implicit-euler|every kind of probe|interlaced by|one-to-one',
    )
    for (const own of [
      'softsign',
      'threshold',
      'implicit-euler',
      'every kind of probe',
      'interlaced',
      'one-to-one',
    ])
      expect(text).toMatch(new RegExp(`✓.*${own}`))
    expect(code, text).toBe(0)
    const wrong = changed('shaders/rule/threshold.wgsl', '(to - 1.0)', '(to + 1.0)', () =>
      changed(PLANNERS, '() => 1 / g.size', '() => 2 / g.size', () =>
        changed('shaders/one-to-one/send.wgsl', '* vector[', '* 2.0 * vector[', () =>
          changed('shaders/update/interlaced.wgsl', 'choice.step % ', '(choice.step + 1u) % ', () =>
            run(
              'test/gpu/rules.test.ts',
              'test/gpu/probes.test.ts',
              'test/gpu/couplings.test.ts',
              'test/gpu/updates.test.ts',
              '-t',
              'threshold|its own every kind of probe|one-to-one|interlaced by euler',
            ),
          ),
        ),
      ),
    )
    expect(wrong.code).not.toBe(0)
    expect(wrong.text).toMatch(/FAIL.*follows '?threshold'? by/)
    expect(wrong.text).toMatch(/FAIL.*every kind of probe is what float64 says/)
    expect(wrong.text).toMatch(/FAIL.*interlaced by euler, fused: kernels do what float64 does/)
    expect(wrong.text).toMatch(/FAIL.*network with a '?one-to-one'? coupling/)
  })
})
