import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ask, type Outcome, smallScenario, temporaryFolder, writeScenario } from './program.ts'

const folder = temporaryFolder()

/** Ten ticks, three replicas, and an array that a run of the program has written. */
const claiming = (...claims: object[]) =>
  smallScenario({ time: { dt: 0.1, ticks: 20 }, ...(claims.length === 0 ? {} : { expect: claims }) })

beforeAll(async () => {
  mkdirSync(join(folder, 'models'))
  mkdirSync(join(folder, 'empty'))
  writeScenario(folder, 'bare.json', claiming())
  expect(
    (await ask(['run', 'bare.json', '--quiet', '--no-autotune', '--out', 'models/run'], folder)).code,
  ).toBe(0)
  const equal = { probe: 'overlap', at: 'always', equals: { file: 'run/results.npz' } }
  writeScenario(folder, 'models/a.json', claiming({ probe: 'rate', at: 14, atLeast: 0 }, equal))
  writeScenario(
    folder,
    'models/b.json',
    claiming({ probe: 'rate', atMost: 0 }, { probe: 'snap', atLeast: -9 }),
  )
  writeScenario(folder, 'models/c.json', claiming({ probe: 'rat', atMost: 0 }))
  writeScenario(folder, 'models/d.json', claiming())
  const tries = [
    {
      label: 'Other',
      text: 'It is other.',
      set: { seed: 2 },
      expect: [{ probe: 'rate', at: 14, atLeast: 0 }],
    },
    { label: 'Silent', text: 'It claims nothing.', set: { seed: 3 } },
  ]
  writeScenario(folder, 'models/taught.json', {
    ...claiming({ probe: 'rate', at: 14, atLeast: 0 }),
    lesson: { tries },
  })
  writeScenario(folder, 'models/untaught.json', {
    ...claiming(),
    lesson: { tries: [{ label: 'Other', text: 'It is other.', set: { sed: 2 } }] },
  })
  writeScenario(folder, 'late.json', claiming({ probe: 'rate', at: 70, atMost: 0 }))
  writeScenario(folder, 'models/e.json', claiming({ probe: 'rate', select: [2], atMost: 0 }))
  writeFileSync(join(folder, 'models/notes.txt'), 'no scenario')
})

/** Words of a line without numbers that depend on the adapter. */
const lines = ({ stdout }: Outcome): string[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/: [-\d.e]+(, .*)?$/, ''))

describe('engram test', () => {
  test('judges all scenarios of a folder: what fails or cannot be tested does not keep the others back', async () => {
    const outcome = await ask(['test', 'models', '--quiet'], folder)
    expect(lines(outcome)).toEqual([
      'pass  models/a.json: rate >= 0 at tick 14',
      'pass  models/a.json: overlap equals run/results.npz always: largest difference 0 at tick 0',
      'FAIL  models/b.json: rate <= 0 at the end',
      'pass  models/b.json: snap >= -9 at the end',
      'FAIL  models/c.json: expect.0.probe: no probe is called `rat`; did you mean `rate`?',
      'none  models/d.json: claims nothing',
      'FAIL  models/e.json: expect.0.select: a sample of `rate` has one number; leave select out',
      'pass  models/taught.json: rate >= 0 at tick 14',
      'pass  models/taught.json: Other: rate >= 0 at tick 14',
      'FAIL  models/untaught.json: lesson.tries.0.set.sed: unknown key; did you mean `seed`?',
      '5 of 6 claims hold in 7 scenarios, 3 could not be tested',
    ])
    // The last line of standard output says it already.
    expect([outcome.code, outcome.stderr]).toEqual([1, ''])
  })

  test('holds, ends after the first that fails, and takes other values', async () => {
    const outcome = await ask(
      [
        'test',
        'models/a.json',
        'models/b.json',
        '--quiet',
        '--bail',
        '--set',
        'seed=2',
        '--reporter',
        'json',
      ],
      folder,
    )
    const { scenarios } = JSON.parse(outcome.stdout) as { scenarios: { claims: { state: string }[] }[] }
    expect(scenarios.map(({ claims }) => claims.map(({ state }) => state))).toEqual([['holds', 'fails']])
    expect(outcome.code).toBe(1)
    const good = await ask(['test', 'models/a.json', '--quiet', '--reporter', 'tap'], folder)
    expect([good.code, good.stderr, good.stdout.split('\n').filter((line) => !line.startsWith(' '))]).toEqual(
      [
        0,
        '',
        [
          'TAP version 13',
          'ok 1 - models/a.json: rate >= 0 at tick 14',
          'ok 2 - models/a.json: overlap equals run/results.npz\\#overlap.value always',
          '1..2',
          '',
        ].map((line) => line.replace('\\#overlap.value', '')),
      ],
    )
  })

  test.each([
    [['missing.json'], 'missing.json does not exist; check the name and the folder'],
    [['models/c.json'], 'models/c.json: expect.0.probe: no probe is called `rat`; did you mean `rate`?'],
    [
      ['late.json'],
      'late.json: expect.0.at: tick 70 comes after the end of the run, tick 20; give an earlier tick, or set time.ticks to 70',
    ],
    [['bare.json'], 'no scenario claims anything; add a list `expect` (docs/claims.md)'],
    [['empty'], 'empty has no file NAME.json; give a folder of scenarios'],
    [
      ['bare.json', '--reporter', 'xml'],
      '--reporter: must be plain or tap or junit or json or github, not "xml"',
    ],
    [
      [],
      "missing required argument 'scenarios'; write engram test [options] <scenarios...>, see engram test --help",
    ],
  ])('refuses %s with code 2', async (args, says) => {
    const { code, stderr } = await ask(['test', ...args], folder)
    expect([code, stderr]).toEqual([2, `${says}\n`])
  })
})
