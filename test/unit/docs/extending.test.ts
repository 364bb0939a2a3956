/** The recipes of docs/extending.md, applied to a copy of the project; and what the compiler asks for there. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

const RECIPES = ['lagrangian', 'rule', 'integrator', 'probe']
const TABLES = {
  lagrangians: 'src/core/kinds/lagrangians/table.ts',
  rules: 'src/core/kinds/rules/table.ts',
  integrators: 'src/core/kinds/integrators/table.ts',
  probes: 'src/core/kinds/probes/table.ts',
}
const PLANNERS = 'src/core/plan/probes.ts'

let copy: string

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'engram-extending-'))
  for (const entry of readdirSync('.'))
    if (!['node_modules', 'dist', 'out', '.git'].includes(entry))
      cpSync(entry, join(copy, entry), { recursive: true })
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'), 'dir')
})

afterAll(() => {
  rmSync(copy, { recursive: true })
})

/** What the compiler says of the copy, by the lines that it says it in. */
function types(project: string): string {
  const { stdout } = spawnSync('node', ['node_modules/typescript/bin/tsc', '-p', project], {
    cwd: copy,
    encoding: 'utf8',
  })
  return stdout
}

function run(...files: string[]): { code: number | null; text: string } {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=dot', ...files]
  const { status, stdout, stderr } = spawnSync('node', args, { cwd: copy, encoding: 'utf8' })
  return { code: status, text: stdout + stderr }
}

/** Changes one place of a file of the copy while `body` looks at it. */
function changed<T>(file: string, from: string | RegExp, to: string, body: () => T): T {
  const path = join(copy, file)
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

// Each compiles the project.
vi.setConfig({ testTimeout: 300_000 })

describe('the compiler', () => {
  test.each([
    [
      'a Lagrangian without its Hessian',
      TABLES.lagrangians,
      /\n {6}hessian: \(l, x\) => \{\n {8}const g[^]*?\n {6}\},/,
    ],
    ['a Lagrangian that does not say whether it is bounded', TABLES.lagrangians, /\n {6}isBounded: true,/],
    ['a rule without a drive', TABLES.rules, /\n {4}drive: \(_, from\) => from,/],
    ['a probe that does not say what the guard watches', TABLES.probes, /\n {6}guard: \(\) => 'descent',/],
    ['a probe that nothing computes', PLANNERS, /\n {2}speed: \{[^]*?\n {2}\},/],
    ['an integrator without noise', TABLES.integrators, /\n {4}variance: .*/],
  ])('refuses %s', (_, file, fact) => {
    expect(changed(file, fact, '', () => types('tsconfig.core.json'))).toContain(file)
  })

  test('names the test without a row for a rule, and the code that needs one which is gone', () => {
    const told = changed(TABLES.rules, /\n {2}oja: \{[^]*?\n {2}\},/, '', () => types('tsconfig.json'))
    expect(told).toContain('test/gpu/rules.test.ts')
  })
})

describe('the recipes', () => {
  test('touch three files each', () => {
    for (const name of RECIPES) {
      const patch = readFileSync(`docs/recipes/${name}.diff`, 'utf8')
      expect([name, patch.match(/^\+\+\+ b\//gm)?.length]).toEqual([name, 3])
    }
  })

  test('apply, compile, and pass the tests of their families; a wrong drive in WGSL or factor in a plan alone does not', () => {
    for (const name of RECIPES)
      execFileSync('git', ['apply', resolve(`docs/recipes/${name}.diff`)], { cwd: copy })
    expect(types('tsconfig.json')).toBe('')
    const tests = [
      'test/unit/kinds/lagrangians.test.ts',
      'test/gpu/rules.test.ts',
      'test/gpu/probes.test.ts',
      'test/gpu/kernels/magnitudes.test.ts',
    ]
    const { code, text } = run(...tests)
    expect(text).toContain('passed')
    expect(code, text).toBe(0)
    const wrong = changed('shaders/rule/anti-hebbian.wgsl', '-(to * columns)', 'to * columns', () =>
      run('test/gpu/rules.test.ts', '-t', 'anti-hebbian'),
    )
    expect(wrong.code).not.toBe(0)
    expect(wrong.text).toMatch(/follows '?anti-hebbian'? by/)
    const doubled = changed(PLANNERS, '() => 1 / g.size', '() => 2 / g.size', () =>
      run('test/gpu/probes.test.ts', '-t', 'activity'),
    )
    expect(doubled.code).not.toBe(0)
    expect(doubled.text).toMatch(/activity is what float64 says/)
  })
})
