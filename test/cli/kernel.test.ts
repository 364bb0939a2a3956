import { spawnSync } from 'node:child_process'
import { beforeAll, expect, test } from 'vitest'
import { runKernelCommand } from '../../scripts/kernel.ts'

beforeAll(() => {
  process.env.ENGRAM_ADAPTER ??= process.platform === 'linux' ? 'software' : 'auto'
})

/** What scripts/kernel.mjs prints. */
async function kernel(...args: string[]): Promise<string> {
  let text = ''
  await runKernelCommand(args, (line) => (text += `${line}\n`))
  return text
}

/** y = scale A^T x of a matrix with two rows of three columns, and x = (10, 1). */
const product = (format: string, stride: number): string[] => [
  ...['product/matvec-transposed', '--variant', `format=${format}`, '--variant', 'tile=2x1'],
  ...['--buffer', 'matrix=1,-2,3,4,5,-6', '--buffer', 'vector=10,1,0,0', '--buffer', 'output=5*-1'],
  ...['--set', `row0=0,rows=2,columns=3,stride=${stride},copyRows=0,replica0=0,replicas=1`],
  ...['--set', 'vectorStride=4,outputStride=4,scale=0.5', '--constant', 'WORKGROUP=8'],
]

test.each([
  // 0.5 (10 * 1 + 4, 10 * -2 + 5, 10 * 3 - 6); what lies behind the columns is left alone.
  ['f32', 4, '7 -7.5 12 -1 -1'],
  ['f16', 8, '7 -7.5 12 -1 -1'],
  // 0.5 (10 + 1, -10 + 1, 10 - 1)
  ['binary', 32, '5.5 -4.5 4.5 -1 -1'],
])('a product with a matrix in %s is what it is by hand', async (format, stride, expected) => {
  const text = await kernel(...product(format, stride))
  expect(text).toMatch(/^product\/matvec-transposed\+store\+\w+\+2x1 on \S+, 1x1x1 workgroups of 8\n/)
  expect(text).toContain(`\noutput: ${expected}\n`)
})

test('the module of a kernel is printed with the lines numbered, without a run where no arrays are given', async () => {
  const text = await kernel('neuron/activate', '--variant', 'lagrangian=tanh', '--wgsl')
  expect(text).toMatch(/^\/\/ kernel neuron\/activate\+tanh, entry point activate\n *1 {2}struct Params \{\n/)
  expect(text).toMatch(/^ *\d+ {2}fn activation\(/m)
  expect(text).not.toContain('workgroups')
})

test('--help has what every kernel takes, and after a name what that form of it takes', async () => {
  const [all, one] = await Promise.all([
    kernel('--help'),
    kernel('product/matvec', '--variant', 'ending=step', '--help'),
  ])
  for (const name of ['neuron/stimulate', 'product/matvec', 'probe/speed'])
    expect(all).toMatch(new RegExp(`^${name}[^ ]*: `, 'm'))
  expect(one).toMatch(/^ {2}--variant +format=f32\|f16\|binary, tile=1x1\|/m)
  expect(one).toMatch(/^ {2}--buffer +vector: vec4<f32>, .*state: f32 \(written\), .*matrix: dense rows$/m)
  expect(one).toMatch(/^ {2}--set +row0: u32, .*rate: f32/m)
  expect(one).toMatch(/^ {2}--constant +WORKGROUP=64, HALF_NORM=false/m)
})

test.each([
  [
    'an unknown kernel',
    ['product/matvek'],
    'no kernel is called `product/matvek`; did you mean `product/matvec`?',
  ],
  [
    'a missing field',
    ['neuron/activate', '--set', 'size=3'],
    '--set: neuron/activate+linear lacks stride, p0, p1, p2, p3; give every field, such as --set stride=0',
  ],
  [
    'a stride that the format does not have',
    [...product('binary', 4)],
    '--set stride: must be a multiple of 32 for binary, and at least columns (3), not 4; set it to 32',
  ],
  [
    'an unknown buffer',
    [...product('f32', 4), '--buffer', 'matrx=1'],
    '--buffer: product/matvec-transposed+store+f32+2x1 has no buffer `matrx`; did you mean `matrix`?',
  ],
  [
    'an unknown variant',
    ['product/matvec', '--variant', 'format=f64'],
    '--variant: there is no format=f64 for product/matvec; take f32, f16, binary',
  ],
])('%s is refused in one line', async (_, args, line) => {
  await expect(kernel(...args)).rejects.toMatchObject({ name: 'ModelError', message: line })
})

test('the script prints numbers with exit code 0, and what is wrong on standard error with exit code 2', () => {
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/kernel.mjs', ...args], {
      encoding: 'utf8',
    })
    return { status, stdout: stdout.split('\n').slice(1), stderr }
  }
  expect(run(...product('f32', 4))).toEqual({
    status: 0,
    stdout: ['output: 7 -7.5 12 -1 -1', ''],
    stderr: '',
  })
  expect(run('product/matvek')).toEqual({
    status: 2,
    stdout: [],
    stderr: 'no kernel is called `product/matvek`; did you mean `product/matvec`?\n',
  })
})
