import { describe, expect, test } from 'vitest'
import { behindOf, reachOf } from '../../../src/app/plots/behind.ts'
import { createLedger } from '../../../src/app/runs/ledger.ts'
import { type KeptRun, readRuns, runsText } from '../../../src/app/runs/runs-text.ts'
import { runName } from '../../../src/app/runs/names.ts'
import { columnsOf, groupsOf, runsCsv, sorted } from '../../../src/app/runs/table.ts'
import { curvesCsv } from '../../../src/app/runs/curves-csv.ts'
import { differenceOf, extentOf, pixelsOf } from '../../../src/app/runs/difference.ts'
import { fittingProbes } from '../../../src/app/runs/probes.ts'
import { mosaicOf, tileOf } from '../../../src/app/views/tiling.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { setValue } from '../../../src/core/model/path.ts'
import type { Scenario } from '../../../src/core/model/schema.ts'

const scenario = parseScenario({
  version: 1,
  name: 'two',
  time: { dt: 0.1, ticks: 200 },
  neurons: {
    visible: { size: 4, lagrangian: { kind: 'tanh', gain: 3 } },
    hidden: { size: 2, tau: 0, lagrangian: { kind: 'softmax', beta: 2 } },
  },
  memories: { xi: { from: 'visible', to: 'hidden', init: { kind: 'random', distribution: 'binary' } } },
})
const GAIN = 'neurons.visible.lagrangian.gain'
const other = (path: string, value: unknown): Scenario => setValue(scenario, path, value) as Scenario

describe('the runs of a visit', () => {
  const start = { scenario, home: scenario, source: undefined, tick: 0 }

  test('end at a reset and at a change of a value, with their ticks and last samples', () => {
    const ledger = createLedger()
    ledger.begin(start)
    ledger.reached(40)
    ledger.sample('energy', 40, -1)
    ledger.changed(GAIN, other(GAIN, 5), 40, 0)
    // Under way at the change: of the run before.
    ledger.sample('energy', 40, -2)
    ledger.reached(100)
    ledger.sample('energy', 100, -3)
    ledger.begin(start)
    expect(
      ledger.runs.map(({ number, from, to, finals }) => [number, from, to, finals.get('energy')]),
    ).toEqual([
      [1, 0, 40, -2],
      [2, 40, 100, -3],
      [3, 0, 0, undefined],
    ])
  })

  test('are one where a slider is dragged, and none without a tick', () => {
    const ledger = createLedger()
    ledger.begin(start)
    ledger.changed(GAIN, other(GAIN, 4), 0, 0)
    expect(ledger.runs).toHaveLength(1)
    ledger.reached(10)
    for (let move = 1; move <= 5; move++) {
      ledger.changed(GAIN, other(GAIN, 4 + move), 10 * move, 1000 + 100 * move)
      ledger.reached(10 * move + 9)
    }
    ledger.begin(start)
    ledger.begin(start)
    expect(ledger.runs.map(({ from, to }) => [from, to])).toEqual([
      [0, 10],
      [10, 59],
      [0, 0],
    ])
  })

  test('that have ended take no later tick, and the next begins at 0', () => {
    const ledger = createLedger()
    ledger.begin(start)
    ledger.reached(40)
    ledger.end()
    // A frame between the end of a run and the reset of its network.
    ledger.reached(40)
    ledger.begin(start)
    ledger.reached(0)
    expect(ledger.runs.map(({ from, to }) => [from, to])).toEqual([
      [0, 40],
      [0, 0],
    ])
  })

  test('go on after a reload, with the values that are known at its tick', () => {
    const ledger = createLedger()
    ledger.begin(start)
    ledger.reached(40)
    ledger.begin(start)
    ledger.reached(30)
    ledger.sample('energy', 30, -1)
    const numbered = ({ runs }: typeof ledger) =>
      runs.map(({ number, to, finals }) => [number, to, finals.get('energy')])
    for (const [tick, energy] of [
      [30, -1],
      [20, undefined],
    ] as const) {
      const later = createLedger()
      later.recall(ledger.runs)
      later.goOn(2, { ...start, tick })
      expect(numbered(later)).toEqual([
        [1, 40, undefined],
        [2, tick, energy],
      ])
      // An earlier run goes on where the reader returns to its network, and is the last.
      later.goOn(1, { ...start, tick: 40 })
      later.reached(50)
      expect(numbered(later)).toEqual([
        [2, tick, energy],
        [1, 50, undefined],
      ])
      later.begin(start)
      expect(later.present?.number).toBe(3)
    }
  })

  test('are stored with their scenarios once; without room the pinned ones come first, then the last', () => {
    const origin = { id: 'two', scenario }
    const kept = Array.from({ length: 9 }, (_, index): KeptRun => ({
      number: index + 1,
      scenario: index === 0 ? other(GAIN, 5) : scenario,
      home: scenario,
      source: index === 0 ? { origin, entry: 'mine' } : {},
      from: index,
      to: 10 * index,
      finals: new Map([['energy', index]]),
      isOver: index < 8,
      ...(index === 1 && { charts: new Map([['energy', { times: [0, 1], lines: [] }]]) }),
    }))
    const text = runsText(kept, 1e6)!
    expect(readRuns(text)).toEqual(kept)
    expect(text.length).toBeLessThan(4 * JSON.stringify(scenario).length)
    const few = readRuns(runsText(kept, JSON.stringify(scenario).length + 500)!)
    expect(few.length).toBeLessThan(9)
    expect(few[0]).toEqual(kept[1])
    expect(few.slice(1)).toEqual(kept.slice(10 - few.length))
    expect(runsText([], 1e6)).toBeUndefined()
  })

  test('are at most 200; those that are pinned stay', () => {
    const ledger = createLedger((number) => number === 1)
    for (let run = 0; run < 250; run++) {
      ledger.begin(start)
      ledger.reached(1)
    }
    expect(ledger.runs).toHaveLength(200)
    expect(ledger.runs.slice(0, 2).map(({ number }) => number)).toEqual([1, 52])
  })
})

test('a run is named by its other values, else by its seed, else by its number', () => {
  const present = other(GAIN, 5)
  expect(runName(present, scenario, 4)).toBe('gain 3')
  expect(runName(scenario, setValue(present, 'seed', 9) as Scenario, 4)).toBe('gain 5')
  expect(runName(scenario, other('seed', 9), 4)).toBe('seed 9')
  expect(runName(scenario, scenario, 4)).toBe('run 4')
  // A lesson is no value.
  const told = { ...present, lesson: { story: ['A text.'], tries: [] } }
  expect([runName(told, scenario, 4), runName(scenario, told, 4)]).toEqual(['gain 3', 'gain 5'])
  const { memories: _, ...alone } = scenario
  expect(runName(scenario, { ...alone, memories: {} }, 4)).toBe('no xi')
  expect(runName({ ...alone, memories: {} }, scenario, 4)).toBe('other xi')
  const both = setValue(other('neurons.visible.tau', 2), 'neurons.hidden.every', 3) as Scenario
  expect(runName(scenario, setValue(both, 'memories.xi.every', 4) as Scenario, 1)).toBe(
    'tau 2, hidden every 3, xi every 4',
  )
})

test('the table has the changed values, sorts missing ones last, and is CSV', () => {
  const ledger = createLedger()
  for (const [value, ticks, final] of [
    [5, 10, 0.5],
    [3, 30, undefined],
    [4, 20, 0.9],
  ] as const) {
    ledger.begin({ scenario: other(GAIN, value), home: scenario, source: undefined, tick: 0 })
    ledger.reached(ticks)
    if (final !== undefined) ledger.sample('overlap', ticks, final)
  }
  const { runs } = ledger
  const columns = columnsOf(runs)
  expect(columns.map(({ title }) => title)).toEqual(['run', 'gain', 'ticks', 'overlap'])
  const orderBy = (index: number, isDescending: boolean) =>
    sorted(runs, columns[index]!, isDescending).map(({ number }) => number)
  expect(orderBy(1, false)).toEqual([2, 3, 1])
  expect(orderBy(3, false)).toEqual([1, 3, 2])
  expect(orderBy(3, true)).toEqual([3, 1, 2])
  expect(runsCsv(runs)).toBe(`run,${GAIN},ticks,overlap\n1,5,10,0.5\n2,3,30,\n3,4,20,0.9\n`)
})

test('the table of a network that was built tells its parts and the values in which its runs differ', () => {
  const built = (gain: number, tau: number): Scenario =>
    parseScenario({
      ...scenario,
      neurons: {
        image: { size: 9, tau, lagrangian: { kind: 'tanh', gain } },
        top: { size: 2, lagrangian: { kind: 'softmax' } },
      },
      memories: { m: { from: 'image', to: 'top', init: { kind: 'random', distribution: 'binary' } } },
      probes: { energy: { kind: 'energy', every: 5 } },
    })
  const ledger = createLedger()
  for (const one of [scenario, built(1, 1), built(0.5, 1), built(1, 2)]) {
    ledger.begin({ scenario: one, home: scenario, source: undefined, tick: 0 })
    ledger.reached(10)
    ledger.sample('energy', 10, -1)
  }
  const columns = columnsOf(ledger.runs)
  expect(columns.map(({ title }) => title)).toEqual(['run', 'network', 'gain', 'tau', 'ticks', 'energy'])
  expect(ledger.runs.map((run) => columns.slice(1, 4).map(({ valueOf }) => valueOf(run)))).toEqual([
    ['visible, hidden; xi', undefined, undefined],
    ['image, top; m', 1, 1],
    ['image, top; m', 0.5, 1],
    ['image, top; m', 1, 2],
  ])
})

test('values longer than a number stand behind the results', () => {
  const ledger = createLedger()
  for (const one of [scenario, setValue(other(GAIN, 2), 'neurons.visible.size', [3, 3]) as Scenario]) {
    ledger.begin({ scenario: one, home: scenario, source: undefined, tick: 0 })
    ledger.reached(10)
    ledger.sample('overlap', 10, 1)
  }
  expect(columnsOf(ledger.runs).map(({ title }) => title)).toEqual([
    'run',
    'gain',
    'ticks',
    'overlap',
    'visible',
  ])
})

test('the runs of each scenario are compared among themselves, in their numbers and not in words', () => {
  const ledger = createLedger()
  const later = parseScenario({ ...scenario, name: 'later', seed: 9, time: { dt: 0.1, ticks: 50 } })
  for (const [one, home] of [
    [scenario, scenario],
    [later, later],
    [parseScenario({ ...scenario, name: 'mine', time: { ...scenario.time, ticks: 7 } }), scenario],
  ] as const) {
    // A scenario that is opened again is another object.
    ledger.begin({ scenario: one, home: structuredClone(home), source: undefined, tick: 0 })
    ledger.reached(10)
  }
  const groups = groupsOf(ledger.runs, later)
  expect(groups.map((group) => group.map(({ number }) => number))).toEqual([[2], [1, 3]])
  expect(groups.map((group) => columnsOf(group).map(({ title }) => title))).toEqual([
    ['run', 'ticks'],
    ['run', 'scenario', 'time.ticks', 'ticks'],
  ])
})

test('headings of the table are all different', () => {
  const ledger = createLedger()
  const one = setValue(
    other('probes.tau', { kind: 'energy', every: 5 }),
    'neurons.visible.tau',
    2,
  ) as Scenario
  for (const run of [one, setValue(one, 'neurons.hidden.every', 2) as Scenario]) {
    ledger.begin({ scenario: run, home: scenario, source: undefined, tick: 0 })
    ledger.reached(10)
    ledger.sample('tau', 10, -1)
  }
  expect(columnsOf(ledger.runs).map(({ title }) => title)).toEqual([
    'run',
    'visible tau',
    'every',
    'ticks',
    'tau',
  ])
})

test('curves of runs widen the axes and are one long table; terms stay out of the plot', () => {
  const chart = {
    times: [0, 1, 9],
    lines: [
      { id: 'total', label: 'total', values: [0, -5, null] },
      { id: 'term a', label: 'a', values: [7, 7, 7], isDetail: true },
    ],
  }
  const behind = [behindOf('gain 3', chart)]
  expect(reachOf(behind, 'times', [0, 4], false)).toEqual([0, 9])
  expect(reachOf(behind, 'values', [-1, 2], false)).toEqual([-5, 2])
  expect(reachOf(behind, 'times', [null, null], true)).toEqual([1, 9])
  expect(reachOf([], 'times', [null, 3], false)).toEqual([null, 3])
  expect(curvesCsv([{ name: 'gain 3, x', number: 2, charts: new Map([['energy', chart]]) }])).toContain(
    '\n2,"gain 3, x",energy,total,1,-5,,\n',
  )
})

test('a difference has its largest and its mean size; pixels of gaps have no value', () => {
  const { values, largest, mean } = differenceOf([1, 2, 3, 4], [1, 4, 2, 4])
  expect([[...values], largest, mean]).toEqual([[0, -2, 1, 0], 2, 0.75])
  expect(extentOf([1, 2], [-3, 0])).toEqual({ low: -3, high: 3, signed: true })
  expect(extentOf([0, 0])).toEqual({ low: 0, high: 1, signed: false })
  const tiling = mosaicOf(2, tileOf(1, 2), { across: 2 })
  expect([...pixelsOf({ ...tiling, rows: 2, columns: 2 })]).toEqual([0, 1, -1, 2, 3])
})

test('the probes on offer are accepted by the scenario, one of each kind that fits', () => {
  const offers = fittingProbes(scenario)
  const compared = ['overlap', 'errors', 'sign-overlap', 'kept']
  expect(offers.map(({ name }) => name)).toEqual(['energy', ...compared, 'similarity', 'speed'])
  for (const { name, spec } of offers) parseScenario(setValue(scenario, `probes.${name}`, spec))
  const { memories: _, ...alone } = scenario
  expect(fittingProbes({ ...alone, memories: {} }).map(({ name }) => name)).toEqual(['energy', 'speed'])
})
