import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { encodeNpy } from '../../src/core/data/npy.ts'
import { encodeNpz } from '../../src/core/data/npz.ts'
import { ask, type Raw, smallScenario, temporaryFolder, writeScenario } from './program.ts'

const folder = temporaryFolder()

const npy = encodeNpy({ shape: [5, 30], data: new Float32Array(150) })

beforeAll(() => {
  const write = (name: string, content: Uint8Array | string): void =>
    writeFileSync(join(folder, name), content)
  writeScenario(folder, 's.json', smallScenario())
  mkdirSync(join(folder, 'sub'))
  writeScenario(folder, 'sub/s.json', smallScenario(patterns({ kind: 'npy', path: '../right.npy' })))
  write('right.npy', npy)
  write('narrow.npy', encodeNpy({ shape: [5, 20], data: new Float32Array(100) }))
  write('cut.npy', npy.subarray(0, 300))
  write('text.npy', 'no numbers here')
  write('objects.npy', Buffer.from(Buffer.from(npy).toString('latin1').replace("'<f4'", "'|O8'"), 'latin1'))
  write(
    'two.npz',
    encodeNpz({ a: { shape: [1], data: new Float32Array(1) }, b: { shape: [1], data: new Float32Array(1) } }),
  )
  write('broken.json', '{\n  "version": 1,\n  "seed": 1 "time": {}\n}')
})

function patterns(init: Raw): Raw {
  return { memories: { xi: { from: 'visible', to: 'hidden', init } } }
}

const set = (...assignments: string[]): string[] => [
  's.json',
  ...assignments.flatMap((text) => ['--set', text]),
]
const memory = (init: Raw): string[] => set(`memories.xi.init=${JSON.stringify(init)}`)
const npyAt = (path: string): string[] => memory({ kind: 'npy', path })

const shownAs = (how: Raw): string[] =>
  set(
    `stimulus=${JSON.stringify([{ kind: 'clamp', layer: 'visible', patterns: { kind: 'random', distribution: 'binary', count: 3 }, ...how }])}`,
  )

/** What is wrong, the arguments after `engram run`, and the line: thing, value, remedy. */
const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
  // The command line
  [
    'no scenario',
    [],
    /^missing required argument 'scenario'; write engram run \[options\] <scenario>, see engram run --help$/,
  ],
  ['an unknown option', ['s.json', '--tick', '3'], /^unknown option '--tick' \(Did you mean --ticks\?\)$/],
  [
    'two scenarios',
    ['s.json', 't.json'],
    /too many arguments for 'run'. Expected 1 argument but got 2; write engram run \[options\] <scenario>, see/,
  ],
  [
    'an option without its value',
    ['s.json', '--seed'],
    /option '--seed <n>' argument missing; see engram run --help$/,
  ],
  ['a seed of text', ['s.json', '--seed', 'x'], /^--seed: must be an integer from 0 to 4294967295, not "x"$/],
  ['a negative seed', ['s.json', '--seed=-1'], /^--seed: must be an integer from 0 to 4294967295, not "-1"$/],
  [
    'half a tick',
    ['s.json', '--ticks', '1.5'],
    /^--ticks: must be an integer from 0 to 2147483647, not "1.5"$/,
  ],
  [
    'more ticks than there are',
    ['s.json', '--ticks', '1e10'],
    /^--ticks: must be an integer from 0 to .*, not "1e10"$/,
  ],
  [
    'the rest of a layer that there is not',
    set('time.until={"layer":"visibel","below":1e-5,"every":10}'),
    /^s.json: time.until.layer: .*`visibel`.*visible/,
  ],
  [
    'the rest of an adiabatic layer',
    set('time.until={"layer":"hidden","below":1e-5,"every":10}', 'neurons.hidden.tau=0'),
    /^s.json: time.until.layer: layer `hidden` is adiabatic \(tau 0\) and has no dx\/dt; name another layer/,
  ],
  [
    'no bound of rest',
    set('time.until={"layer":"visible","every":10}'),
    /^s.json: time.until.below: is missing; must be a number > 0$/,
  ],
  [
    'a bound of rest of 0',
    set('time.until={"layer":"visible","below":0,"every":10}'),
    /^s.json: time.until.below: must be a number > 0, not 0$/,
  ],
  [
    'a check every 0 ticks',
    set('time.until={"layer":"visible","below":1,"every":0}'),
    /^s.json: time.until.every: must be an integer from 1 to 2147483648, not 0$/,
  ],
  [
    'too few probabilities',
    shownAs({ order: 'random', probabilities: [0.5, 0.5] }),
    /^s.json: stimulus.0.patterns: has 3 rows, stimulus.0.probabilities are 2; set count to 2 or set the number of stimulus.0.probabilities to 3$/,
  ],
  [
    'probabilities that do not sum to 1',
    shownAs({ order: 'random', probabilities: [0.5, 0.5, 0.25] }),
    /^s.json: stimulus.0.probabilities: sum to 1.25, but must sum to 1; divide each by 1.25$/,
  ],
  [
    'a probability below 0',
    shownAs({ order: 'random', probabilities: [1.5, -0.5, 0] }),
    /^s.json: stimulus.0.probabilities.0: must be a number from 0 to 1, not 1.5$/,
  ],
  [
    'probabilities of a cycle',
    shownAs({ probabilities: [1, 0, 0] }),
    /^s.json: stimulus.0.probabilities: have no meaning with the order "cycle"; leave them out, or set order to "random"$/,
  ],
  [
    'a range of dwell that is empty',
    shownAs({ dwell: { min: 3, max: 2 } }),
    /^s.json: stimulus.0.dwell.max: is 2, but min is 3; set max to min or more$/,
  ],
  [
    'half a range of dwell',
    shownAs({ dwell: { min: 3 } }),
    /^s.json: stimulus.0.dwell.max: is missing; must be an integer from 1 to/,
  ],
  ['an empty folder', ['s.json', '--out', ''], /^--out: is empty; give --out <folder>, or leave it out$/],
  ['an empty name', [''], /^scenario: is empty; see engram run --help$/],
  [
    'a checkpoint every 0 ticks',
    ['s.json', '--checkpoint-every', '0'],
    /^--checkpoint-every: must be an integer from 1/,
  ],
  [
    'an unknown adapter',
    ['s.json', '--adapter', 'abacus'],
    /^--adapter: no adapter is called `abacus`; this machine has ./,
  ],
  ['--set without =', set('seed'), /^--set takes path=value, such as time.dt=0.05, not "seed"$/],
  ['--set of an unknown path', set('time.dz=1'), /^time.dz: unknown key; did you mean `dt`\?$/],
  [
    '--set below a number',
    set('time.dt.x=1'),
    /^time.dt.x: `time.dt` is 0.1 and has no parts; set it as a whole: time.dt=VALUE$/,
  ],
  [
    '--set of an entry that is not there',
    set('stimulus.9.start=1'),
    /^stimulus.9: no such entry; the list has 3/,
  ],
  ['--set of a wrong value', set('time.dt=fast'), /^s.json: time.dt: must be a number > 0, not "fast"$/],

  // The files
  [
    'a scenario that is not there',
    ['none.json'],
    /^none.json does not exist; check the name and the folder$/,
  ],
  ['a folder for a scenario', ['sub'], /^sub is a folder; give a file in it$/],
  [
    'broken JSON',
    ['broken.json'],
    /^broken.json: broken JSON at line 3, column 13: .*; correct it there or just before$/,
  ],
  [
    'a pattern file that is not there',
    npyAt('no.npy'),
    /^s.json: memories.xi.init: no.npy does not exist; check the name/,
  ],
  [
    'a pattern file cut short',
    npyAt('cut.npy'),
    /memories.xi.init: cut.npy is truncated: .* needs 600 bytes, it has \d+; write/,
  ],
  [
    'a pattern file of text',
    npyAt('text.npy'),
    /text.npy is not a NumPy .npy file; write it with numpy.save/,
  ],
  [
    'a pattern file of objects',
    npyAt('objects.npy'),
    /objects.npy has dtype \|O8 \(objects of Python\), which is not read; save it with .astype/,
  ],
  ['an archive without a name', npyAt('two.npz'), /two.npz holds several arrays; name one of a, b after a #/],
  [
    'a pattern file outside the folder',
    ['sub/s.json'],
    /"..\/right.npy" is outside the folder of the scenario; .*--allow-outside/,
  ],
  [
    'a foreign checkpoint',
    ['s.json', '--resume', 'two.npz'],
    /^two.npz: is not a checkpoint: .*; give a checkpoint.npz/,
  ],

  // The scenario
  [
    'an unknown key',
    set('neurons.visible={"size":3,"lagrangain":{}}'),
    /neurons.visible.lagrangain: unknown key; did you mean `lagrangian`\?/,
  ],
  [
    'an unknown layer',
    set('memories.xi.from=visibel'),
    /memories.xi.from: no layer is called `visibel`; did you mean `visible`\?/,
  ],
  [
    'an unknown Lagrangian',
    set('neurons.visible.lagrangian={"kind":"tahn"}'),
    /kind: must be .*, not "tahn"; did you mean `tanh`\?/,
  ],
  [
    'a negative tau',
    set('neurons.visible.tau=-1'),
    /^s.json: neurons.visible.tau: must be a number >= 0, not -1$/,
  ],
  ['a zero dt', set('time.dt=0'), /^s.json: time.dt: must be a number > 0, not 0$/],
  [
    'an unstable euler step',
    set('time.integrator=euler', 'time.dt=3'),
    /time.dt: euler is unstable for neurons.visible: dt 3 .* = 3, .*; set dt to 1 at most/,
  ],
  [
    'two joined adiabatic layers',
    set('synapses={}', 'stimulus=[]', 'probes={}', 'neurons.visible.temperature=0', 'neurons.visible.tau=0'),
    /memories.xi: joins `visible` and `hidden`, both adiabatic .*; set neurons.visible.tau or neurons.hidden.tau above 0/,
  ],
  [
    'rows of the wrong length',
    npyAt('narrow.npy'),
    /memories.xi.init: rows have 20 columns, layer `visible` has 30 neurons; .*set neurons.visible.size to 20/,
  ],
  [
    'too few rows',
    memory({ kind: 'values', values: [Array<number>(30).fill(1)] }),
    /memories.xi.init: has 1 rows?, layer `hidden` has 5 neurons; give 5 rows or set neurons.hidden.size to 1/,
  ],
  [
    'plasticity of an adiabatic layer',
    set('synapses.w.layer=hidden'),
    /synapses.w.layer: layer `hidden` is adiabatic .*; set neurons.hidden.tau above 0/,
  ],
  [
    'a gate that may be negative',
    set('memories.xi.rule=gated', 'neurons.hidden.lagrangian={"kind":"tanh"}'),
    /memories.xi.rule: "gated" needs .*, not tanh; use softmax/,
  ],
  [
    'a clamp that ends before it starts',
    set('stimulus.2.start=9', 'stimulus.2.stop=9'),
    /stimulus.2.stop: is 9, but start is 9; set stop to more than start/,
  ],
  [
    'a probe of nothing',
    set('probes.snap.of=v'),
    /probes.snap.of: no layer, memory or synapse is called `v`; did you mean `w`\?/,
  ],
  [
    'a name used twice',
    set('memories.w={"from":"visible","to":"hidden","init":{"kind":"zeros"}}'),
    /the name `w` is taken by synapses.w; rename/,
  ],
  ['no replicas', set('replicas=0'), /replicas: must be an integer from 1 to 65535, not 0/],

  // The adapter and the results
  [
    'synapses that do not fit',
    set('neurons.visible.size=200000', 'replicas=1'),
    /^s.json: .*needs? \d{12} bytes.*, but only \d+ are available; use fewer neurons/,
  ],
  [
    'a vector that cannot be bound',
    set(
      'neurons.visible.size=6000000',
      'synapses={}',
      'memories={}',
      'stimulus=[]',
      'probes={}',
      'replicas=200',
    ),
    /^s.json: `visible\/state` needs \d+ bytes, but this adapter binds at most \d+; use fewer/,
  ],
  [
    'patterns beyond any array',
    set('neurons.visible.size=1000000', 'neurons.hidden.size=1000000'),
    /memories.xi.init: 1000000 x 1000000 values need 3725.* GiB, too much for one array; use fewer/,
  ],
  [
    'signs beyond any array',
    set(
      'neurons.visible.size=300000',
      'neurons.hidden.size=300000',
      'memories={"xi":{"from":"visible","to":"hidden","format":"binary","init":{"kind":"random","distribution":"binary"}}}',
    ),
    /memories.xi.init: 300000 x 300000 signs need 10.4\d* GiB, too much for one array; use fewer/,
  ],
  [
    'samples beyond the memory',
    set('probes.snap.every=1', 'time.ticks=1000000'),
    /^s.json: probes.snap.every: 1000001 samples of 10812 bytes: \d+ bytes of samples would be .* at most \d+ are; set it to 6 or more, or run with --stream/,
  ],
]

test.each(cases)('%s: exit code 2, one line, nothing written', async (_, args, line) => {
  const { code, stdout, stderr } = await ask(['run', '--out', 'out', ...args], folder)
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' })
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  expect(stderr.trimEnd()).toMatch(line)
  expect(existsSync(join(folder, 'out'))).toBe(false)
})

test.each([
  ['1e3', 1000],
  ['2.5E+1', 25],
  ['10.0', 10],
])('a whole number may be written as %s', async (text, ticks) => {
  const { code, stdout } = await ask(['validate', 's.json', '--ticks', text], folder)
  expect(code).toBe(0)
  expect(stdout).toMatch(new RegExp(`^${ticks} ticks of `, 'm'))
})

test('--debug adds the stack trace', async () => {
  const { code, stderr } = await ask(['run', 'none.json', '--debug'], folder)
  expect(code).toBe(2)
  expect(stderr).toMatch(/^ModelError: none.json does not exist.*\n +at /)
})

test('--messages json prints an error as its parts, that of an option too', async () => {
  const refused = async (...args: string[]): Promise<unknown> => {
    const { stderr, stdout } = await ask([...args, '--messages', 'json'], folder)
    expect(stdout).toBe('')
    return JSON.parse(stderr)
  }
  expect(await refused('run', 'none.json')).toEqual({
    error: {
      exitCode: 2,
      reason: 'none.json does not exist',
      remedy: 'check the name and the folder',
    },
  })
  expect(await refused('validate', 's.json', '--ticks', 'x')).toEqual({
    error: { exitCode: 2, path: '--ticks', reason: 'must be an integer from 0 to 2147483647, not "x"' },
  })
  expect(await refused('validate', 's.json', '--set', 'time.dt=-1')).toEqual({
    error: { exitCode: 2, file: 's.json', path: 'time.dt', reason: 'must be a number > 0, not -1' },
  })
  expect(await refused('validate', 's.json', '--tikcs', '1')).toMatchObject({ error: { exitCode: 2 } })
})

test('--allow-outside reads a pattern file outside the folder', async () => {
  const { code } = await ask(['validate', 'sub/s.json', '--allow-outside'], folder)
  expect(code).toBe(0)
})

test.each(['generating', 'spectrum', 'fixed-points', 'adiabatic'])(
  'analyse %s without a scenario shows the form of the command',
  async (name) => {
    const { code, stdout, stderr } = await ask(['analyse', name], folder)
    const line = `missing required argument 'scenario'; write engram analyse ${name} [options] <scenario>, see engram analyse ${name} --help\n`
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: line })
  },
)
