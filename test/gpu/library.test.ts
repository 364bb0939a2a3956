import { describe, expect, test } from 'vitest'
import { ModelError, RunError } from '../../src/core/errors.ts'
import { loadModel } from '../../src/core/model/load.ts'
import type { Model } from '../../src/core/model/model.ts'
import type { Checkpoint, Simulation, SimulationOptions } from '../../src/core/run/simulation.ts'
import { createSimulation } from '../../src/core/run/simulation.ts'
import { requestDevice } from '../../src/node/device.ts'
import { loadScenario } from '../../src/node/scenario.ts'
import { testDevice } from './device.ts'
import { readAll } from './helpers/compare.ts'

const HOPFIELD = 'scenarios/hopfield.json'

/** Small, with everything that a run changes: noise, fast synapses, a learning memory, three replicas, three probes. */
function network(parts: object = {}): Promise<Model> {
  const scenario = {
    version: 1,
    name: 'library',
    time: { dt: 0.1, ticks: 1000 },
    replicas: 3,
    neurons: {
      v: { size: 32, lagrangian: { kind: 'tanh', gain: 2 }, temperature: 0.01 },
      h: { size: 4, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
    },
    synapses: {
      w: {
        layer: 'v',
        tau: 3,
        every: 2,
        strength: 0.3,
        base: { kind: 'hebbian', patterns: { kind: 'random', count: 3, distribution: 'binary' } },
      },
    },
    memories: {
      xi: {
        from: 'v',
        to: 'h',
        rule: 'hebbian',
        tau: 50,
        init: { kind: 'random', distribution: 'binary' },
      },
    },
    stimulus: [
      {
        kind: 'current',
        layer: 'v',
        patterns: { kind: 'random', count: 2, distribution: 'binary' },
        dwell: 5,
      },
    ],
    probes: {
      e: { kind: 'energy', every: 5 },
      s: { kind: 'speed', layer: 'v', every: 2 },
      x: { kind: 'snapshot', of: 'v', every: 10 },
    },
    ...parts,
  }
  return loadModel(JSON.stringify(scenario), {
    file: 'library.json',
    read: () => Promise.reject(new ModelError('this scenario has no files')),
  })
}

async function created(options: SimulationOptions = {}, parts: object = {}): Promise<Simulation> {
  const { device } = await testDevice()
  return createSimulation(device, await network(parts), { resident: 'off', ...options })
}

/** Everything of a simulation that a caller can see, as bits. */
async function bitsOf(simulation: Simulation): Promise<unknown> {
  await simulation.flush()
  const bits = (data: Float32Array | Float64Array) => Buffer.from(data.slice().buffer).toString('base64')
  const arrays = Object.entries(await readAll(simulation)).map(([name, data]) => [name, bits(data)] as const)
  return {
    tick: simulation.tick,
    time: simulation.time,
    warnings: simulation.warnings,
    arrays: Object.fromEntries(arrays),
    series: simulation.series.map(({ tick, time, value, terms }) => [
      [...tick],
      [...time],
      value.map(bits),
      terms?.map(bits),
    ]),
  }
}

/** What a run of the same ticks without any incident ends with. */
async function quiet(ticks: number): Promise<unknown> {
  const simulation = await created()
  await simulation.step(ticks)
  const bits = await bitsOf(simulation)
  simulation.destroy()
  return bits
}

/** How a promise ends, once it does. */
const end = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => error,
  )

describe('the error of a listener reaches the caller, and the run goes on as if there were none', () => {
  const boom = new Error('boom')
  const rejecting = async (turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    throw boom
  }
  const throwing: Record<string, () => unknown> = {
    'that throws': () => {
      throw boom
    },
    'that is async and throws at once': () => rejecting(0),
    'that is async and throws later': () => rejecting(5),
    'that returns what is like a promise': () => ({
      then: (_: unknown, reject: (error: unknown) => void) => Promise.resolve().then(() => reject(boom)),
    }),
  }

  test.each(Object.entries(throwing))('for a listener %s, once', async (_, fail) => {
    const simulation = await created()
    let calls = 0
    let others = 0
    simulation.onSample(() => (calls++ === 1 ? fail() : undefined))
    simulation.onSample(() => others++)
    const ends = [await end(simulation.step(50)), await end(simulation.flush())]
    expect(ends.filter((one) => one === boom)).toHaveLength(1)
    expect([simulation.tick, calls]).toEqual([50, others])
    await simulation.step(50)
    await simulation.flush()
    expect(calls).toBe(others)
    expect(calls).toBe(simulation.series.reduce((sum, { tick }) => sum + tick.length, 0))
    expect(await bitsOf(simulation)).toEqual(await quiet(100))
    simulation.destroy()
  })

  test.each(Object.entries(throwing))('for a listener %s, at every sample', async (_, fail) => {
    const simulation = await created()
    const off = simulation.onSample(fail)
    await end(simulation.step(60))
    expect(await end(simulation.flush())).toBe(boom)
    off()
    await simulation.step(40)
    expect(await bitsOf(simulation)).toEqual(await quiet(100))
    simulation.destroy()
  })

  test.each(Object.entries(throwing))('for a listener of changes %s', async (_, fail) => {
    const simulation = await created()
    const seen: number[] = []
    simulation.onChange(fail)
    simulation.onChange(({ value }) => seen.push(value))
    const inSet = await end(
      Promise.resolve().then(() => {
        simulation.set('time.dt', 0.05)
      }),
    )
    const inFlush = await end(simulation.flush())
    expect([inSet, inFlush].filter((one) => one === boom)).toHaveLength(1)
    expect([seen, simulation.model.time.dt]).toEqual([[0.05], 0.05])
    await simulation.step(3)
    await simulation.flush()
    simulation.destroy()
  })

  test('and a listener may use the simulation', async () => {
    const simulation = await created()
    const states: number[] = []
    simulation.onSample(async ({ probe }) => {
      if (probe === 'e') states.push((await simulation.read('v')).data.length)
    })
    await simulation.step(10)
    await simulation.flush()
    expect(states).toEqual([96, 96, 96])
    simulation.destroy()
  })
})

/** Every method of a simulation but `destroy`, called with what would be right before it. */
const METHODS: Record<string, (simulation: Simulation, checkpoint: Checkpoint) => unknown> = {
  step: (simulation) => simulation.step(1),
  'step(0)': (simulation) => simulation.step(0),
  profile: (simulation) => simulation.profile(1),
  flush: (simulation) => simulation.flush(),
  read: (simulation) => simulation.read('v'),
  readPieces: (simulation) => simulation.readPieces('w'),
  ensure: (simulation) => simulation.ensure(['v', 'w']),
  write: (simulation) => simulation.write('v', new Float32Array(96)),
  writePart: (simulation) => simulation.writePart('v', 0, [1]),
  writeCue: (simulation) => simulation.writeCue(0, 0, [1]),
  adopt: (simulation) => simulation.adopt(simulation.model),
  set: (simulation) => simulation.set('time.dt', 0.1),
  onChange: (simulation) => simulation.onChange(() => undefined),
  onSample: (simulation) => simulation.onSample(() => undefined),
  reset: (simulation) => simulation.reset(),
  checkpoint: (simulation) => simulation.checkpoint(),
  restore: (simulation, checkpoint) => simulation.restore(checkpoint),
  goOn: (simulation) => simulation.goOn(),
}

describe('after destroy', () => {
  test('every method throws one RunError, and what the host knows stays', async () => {
    const simulation = await created()
    await simulation.step(20)
    await simulation.flush()
    const checkpoint = await simulation.checkpoint()
    const called = Object.keys(METHODS).map((name) => name.replace('(0)', ''))
    const functions = Object.entries(Object.getOwnPropertyDescriptors(simulation))
      .filter(([name, { value }]) => typeof value === 'function' && name !== 'destroy')
      .map(([name]) => name)
    expect(functions.sort()).toEqual([...new Set(called)].sort())
    simulation.destroy()
    simulation.destroy()
    const messages = new Set<string>()
    for (const [name, call] of Object.entries(METHODS)) {
      const error = await end(Promise.resolve().then(() => call(simulation, checkpoint)))
      expect(error, name).toBeInstanceOf(RunError)
      messages.add((error as Error).message)
    }
    expect([...messages]).toEqual(['the simulation was destroyed; make another with createSimulation'])
    expect([simulation.tick, simulation.series.map(({ tick }) => tick.length)]).toEqual([20, [5, 11, 3]])
  })

  test.each(['step', 'flush', 'checkpoint', 'reset', 'restore', 'read', 'queued step'])(
    'a call of %s that is under way settles, and whatever it gives is no later state',
    async (name) => {
      const simulation = await created({ submitTime: 1 })
      await simulation.step(3)
      const checkpoint = await simulation.checkpoint()
      const running = simulation.step(2000)
      const call =
        name === 'queued step'
          ? simulation.step(5)
          : METHODS[name === 'step' ? 'flush' : name]!(simulation, checkpoint)
      const settled = Promise.all([end(running), end(call as Promise<unknown>)])
      simulation.destroy()
      for (const one of await settled)
        if (one !== 'resolved')
          expect((one as Error).message).toBe(
            'the simulation was destroyed; make another with createSimulation',
          )
      expect(await end(running)).toBeInstanceOf(RunError)
    },
  )

  test('pieces that were asked for before it end with the error', async () => {
    const simulation = await created()
    const { pieces } = simulation.readPieces('w')
    simulation.destroy()
    const taken = (async () => {
      for await (const piece of pieces) expect(piece).toBeUndefined()
    })()
    await expect(taken).rejects.toThrow(RunError)
  })
})

describe('on a device that is lost', () => {
  const LOST = /the GPU device was lost|reading back failed: the GPU device was lost/

  test.each([0, 1, 5])('every method that waits for it says so, %d turns later', async (turns) => {
    const { device, release } = await requestDevice({ adapter: 'software' })
    const simulation = await createSimulation(device, await network(), { resident: 'off' })
    await simulation.step(10)
    await simulation.flush()
    const checkpoint = await simulation.checkpoint()
    release()
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    for (const name of ['read', 'checkpoint', 'step', 'flush', 'read', 'reset', 'restore', 'step'] as const) {
      const error = await end(METHODS[name]!(simulation, checkpoint) as Promise<unknown>)
      // Before the loss is known, a step may be submitted; what waits for it tells.
      if (name === 'flush' || name === 'read' || turns > 0 || error !== 'resolved')
        expect((error as Error).message, name).toMatch(LOST)
    }
    simulation.destroy()
    await expect(simulation.read('v')).rejects.toThrow('the simulation was destroyed')
  })

  // An object made on a lost device may crash Dawn, not at the first device but at a later one.
  test.each([1, 2, 3])('what is under way says so, and nothing can be made on it (device %d)', async () => {
    const { device, release } = await requestDevice({ adapter: 'software' })
    const model = await network()
    const simulation = await createSimulation(device, model, { resident: 'off' })
    const calls = [simulation.step(5000), simulation.read('v'), simulation.checkpoint(), simulation.flush()]
    release()
    for (const error of await Promise.all(calls.map(end))) expect((error as Error).message).toMatch(LOST)
    await expect(createSimulation(device, model)).rejects.toThrow(LOST)
    simulation.destroy()
  })
})

describe('a checkpoint is restored as a whole or not at all', () => {
  const changed = (checkpoint: Checkpoint, name: string, change: (data: Float32Array) => Float32Array) => ({
    ...checkpoint,
    arrays: {
      ...checkpoint.arrays,
      [name]: {
        ...checkpoint.arrays[name]!,
        data: change(checkpoint.arrays[name]!.data.slice()) as Float32Array<ArrayBuffer>,
      },
    },
  })
  const without = (checkpoint: Checkpoint, name: string): Checkpoint => ({
    ...checkpoint,
    arrays: Object.fromEntries(Object.entries(checkpoint.arrays).filter(([key]) => key !== name)),
  })
  const series = (
    checkpoint: Checkpoint,
    change: (one: Checkpoint['series'][number]) => object,
  ): Checkpoint => ({
    ...checkpoint,
    series: checkpoint.series.map((one, index) => (index === 0 ? { ...one, ...change(one) } : one)),
  })
  const WRONG: Record<string, (checkpoint: Checkpoint) => Checkpoint> = {
    ...Object.fromEntries(
      ['v', 'w', 'xi'].flatMap((name): [string, (checkpoint: Checkpoint) => Checkpoint][] => [
        [`${name} is missing`, (one: Checkpoint) => without(one, name)],
        [`${name} is too short`, (one: Checkpoint) => changed(one, name, (data) => data.subarray(1))],
        [`${name} is empty`, (one: Checkpoint) => changed(one, name, () => new Float32Array())],
        ...[NaN, Infinity, -Infinity].map((value): [string, (checkpoint: Checkpoint) => Checkpoint] => [
          `${name} ends with ${value}`,
          (one: Checkpoint) => changed(one, name, (data) => data.fill(value, -1)),
        ]),
        [
          `${name} has another shape`,
          (one: Checkpoint): Checkpoint => ({
            ...one,
            arrays: { ...one.arrays, [name]: { ...one.arrays[name]!, shape: [7, 7] } },
          }),
        ],
      ]),
    ),
    ...Object.fromEntries(
      [-1, 0.5, NaN, Infinity, 2 ** 31, '7' as unknown as number].map((tick) => [
        `its tick is ${JSON.stringify(tick)} (${tick})`,
        (one: Checkpoint): Checkpoint => ({ ...one, tick }),
      ]),
    ),
    'its origin is after it': (one) => ({ ...one, origin: { tick: one.tick + 1, time: 0 } }),
    'its time is NaN': (one) => ({ ...one, origin: { tick: 0, time: NaN } }),
    // What has come through other hands, such as a worker's.
    ...Object.fromEntries(
      Object.entries({ origin: null, arrays: undefined, series: {}, warnings: 7, seed: 'x' }).map(
        ([part, value]) => [
          `its ${part} is ${JSON.stringify(value)}`,
          (one: Checkpoint): Checkpoint => ({ ...one, [part]: value }),
        ],
      ),
    ),
    'an array is no array': (one) => ({ ...one, arrays: { ...one.arrays, v: null as never } }),
    'a series is none': (one) => ({ ...one, series: [null as never] }),
    'a sample is too short': (one) =>
      series(one, ({ value }) => ({
        value: value.map((row, index) => (index === 2 ? row.subarray(1) : row)),
      })),
    'samples are missing': (one) => series(one, ({ value }) => ({ value: value.slice(0, 2) })),
    'times are missing': (one) => series(one, ({ time }) => ({ time: time.slice(0, 2) })),
    'terms are missing': (one) => series(one, ({ terms }) => ({ terms: terms!.slice(0, 2) })),
    'terms are short': (one) => series(one, ({ terms }) => ({ terms: terms!.map((row) => row.subarray(1)) })),
  }

  test('whatever is wrong with it, the simulation is as it was, to the bits of later ticks', async () => {
    const other = await created()
    await other.step(31)
    const checkpoint = await other.checkpoint()
    await other.step(20)
    const later = await bitsOf(other)
    const simulation = await created()
    await simulation.step(23)
    const before = await bitsOf(simulation)
    for (const [name, damage] of Object.entries(WRONG)) {
      const error = await end(simulation.restore(damage(checkpoint)))
      expect(error, name).toBeInstanceOf(ModelError)
      expect((error as Error).message).not.toMatch(/\n/)
      expect([name, await bitsOf(simulation)]).toEqual([name, before])
    }
    await simulation.step(27)
    expect(await bitsOf(simulation)).toEqual(await quiet(50))
    await simulation.restore(checkpoint)
    await simulation.step(20)
    expect(await bitsOf(simulation)).toEqual(later)
    for (const one of [simulation, other]) one.destroy()
  })
})

test('a checkpoint can be cloned, as for a worker, and a run goes on from the clone to the same bits', async () => {
  const first = await created()
  await first.step(20)
  const checkpoint = await first.checkpoint()
  const clone = structuredClone(checkpoint)
  expect(clone).toEqual(checkpoint)
  first.destroy()
  const second = await created()
  await second.restore(clone)
  await second.step(30)
  expect(await bitsOf(second)).toEqual(await quiet(50))
  second.destroy()
})

describe('calls that are not awaited', () => {
  test('of step, one after the other, are one run', async () => {
    const simulation = await created({ submitTime: 1 })
    const calls = [7, 0, 13, 30, 1, 49].map((ticks) => simulation.step(ticks))
    await simulation.flush()
    expect(simulation.tick).toBe(100)
    expect(await Promise.all(calls.map(end))).toEqual(calls.map(() => 'resolved'))
    expect(await bitsOf(simulation)).toEqual(await quiet(100))
    simulation.destroy()
  })

  test('of reset and restore wait for the steps before them, and steps for these', async () => {
    const simulation = await created({ submitTime: 1 })
    await simulation.step(12)
    const checkpoint = await simulation.checkpoint()
    const calls = [
      simulation.step(300),
      simulation.reset(),
      simulation.step(300),
      simulation.restore(checkpoint),
      simulation.step(38),
    ]
    await Promise.all(calls)
    expect(await bitsOf(simulation)).toEqual(await quiet(50))
    simulation.destroy()
  })

  test('of step go on after one that was refused', async () => {
    const simulation = await created()
    const calls = [simulation.step(5), simulation.step(-1), simulation.step(5)]
    expect((await Promise.all(calls.map(end))).map(String)).toEqual([
      'resolved',
      'ModelError: step needs a whole number of ticks, 0 or more, not -1',
      'resolved',
    ])
    expect(simulation.tick).toBe(10)
    simulation.destroy()
  })
})

describe('what is wrong is refused in one line, and changes nothing', () => {
  const CALLS: Record<string, (simulation: Simulation) => unknown> = {
    ...Object.fromEntries(
      [-1, 1.5, NaN, Infinity, 2 ** 31, '5', null, {}].map((ticks) => [
        `step(${JSON.stringify(ticks)} or ${typeof ticks})`,
        (simulation: Simulation) => simulation.step(ticks as number),
      ]),
    ),
    ...Object.fromEntries(
      [NaN, Infinity, -Infinity, -1, 0, '1', null, undefined].map((value) => [
        `set time.dt to ${String(value)}`,
        (simulation: Simulation) => {
          simulation.set('time.dt', value as number)
        },
      ]),
    ),
    ...Object.fromEntries(
      [
        '',
        'nothing',
        'neurons.v',
        'neurons.v.size',
        'time.ticks',
        '__proto__',
        'neurons.__proto__.tau',
        'time.dt.x',
      ].map((path) => [
        `set ${path}`,
        (simulation: Simulation) => {
          simulation.set(path, 1)
        },
      ]),
    ),
    ...Object.fromEntries(
      ['', 'V', 'nothing', 'v/state', 'w/excess/x', '__proto__', 'constructor'].flatMap((name) => [
        [`read ${name}`, (simulation: Simulation) => simulation.read(name)],
        [`readPieces ${name}`, (simulation: Simulation) => simulation.readPieces(name)],
        [
          `write ${name}`,
          (simulation: Simulation) => {
            simulation.write(name, [1])
          },
        ],
      ]),
    ),
    'write too little': (simulation) => {
      simulation.write('v', [1])
    },
    'writePart before': (simulation) => {
      simulation.writePart('v', -1, [1])
    },
    'writePart beyond': (simulation) => {
      simulation.writePart('v', 96, [1])
    },
    ...Object.fromEntries(
      [NaN, Infinity, -Infinity, 1e39].flatMap((value) =>
        [
          (simulation: Simulation): void => {
            simulation.write('v', new Float64Array(96).fill(value, 7))
          },
          (simulation: Simulation): void => {
            simulation.write('xi', Array<number>(4 * 32).fill(value))
          },
          (simulation: Simulation): void => {
            simulation.writePart('v', 3, [value])
          },
          (simulation: Simulation): void => {
            simulation.writeCue(0, 0, [1, value])
          },
        ].map((call, index) => [`write ${value} (${index})`, call]),
      ),
    ),
    'writeCue of none': (simulation) => {
      simulation.writeCue(7, 0, [1])
    },
  }

  test('by a ModelError', async () => {
    const simulation = await created()
    await simulation.step(20)
    const before = await bitsOf(simulation)
    for (const [name, call] of Object.entries(CALLS)) {
      const error = await end(Promise.resolve().then(() => call(simulation)))
      expect(error, name).toBeInstanceOf(ModelError)
      expect((error as Error).message).not.toMatch(/\n/)
      expect([name, await bitsOf(simulation)]).toEqual([name, before])
    }
    await simulation.step(30)
    expect(await bitsOf(simulation)).toEqual(await quiet(50))
    simulation.destroy()
  })

  test('and numbers that the format does not hold are told by array and index', async () => {
    const half = { from: 'v', to: 'h', format: 'f16', init: { kind: 'random', distribution: 'binary' } }
    const simulation = await created({}, { memories: { xi: half } })
    const top = 3.4028234663852886e38
    for (const [call, line] of [
      [
        () => simulation.write('v', new Float64Array(96).fill(NaN, 7)),
        `\`v\` cannot store NaN at index 7; write numbers of at most ${top} in size`,
      ],
      [
        () => simulation.writePart('v', 3, [0, 1e39]),
        `\`v\` cannot store 1e+39 at index 4; write numbers of at most ${top} in size`,
      ],
      [
        () => simulation.writeCue(0, 32, [-Infinity]),
        `\`stimulus.0.patterns\` cannot store -Infinity at index 32; write numbers of at most ${top} in size`,
      ],
      [
        () => simulation.writePart('xi', 32, new Float32Array(32).fill(65536)),
        '`xi` cannot store 65536 at index 32; write numbers of at most 65504 in size',
      ],
      [() => simulation.write('vv', [NaN]), 'there is no `vv` in this network; choose one of v, h, xi, w'],
    ] as const)
      expect(call).toThrow(new ModelError(line))
    simulation.write('v', new Float32Array(96).fill(top))
    simulation.write('xi', new Float32Array(128).fill(-65504))
    simulation.destroy()
  })

  const NO_LISTENERS = [undefined, null, 5, {}, 'x']
  const NO_NUMBERS = [undefined, null, 5, {}, 'abc']
  const MISTYPED: Record<string, (simulation: Simulation, checkpoint: Checkpoint) => unknown> = {
    ...Object.fromEntries(
      NO_LISTENERS.flatMap((value) => [
        [
          `onSample(${JSON.stringify(value)})`,
          (simulation: Simulation) => simulation.onSample(value as never),
        ],
        [
          `onChange(${JSON.stringify(value)})`,
          (simulation: Simulation) => simulation.onChange(value as never),
        ],
        [`restore(${JSON.stringify(value)})`, (simulation: Simulation) => simulation.restore(value as never)],
        [
          `adopt(${JSON.stringify(value)})`,
          (simulation: Simulation) => {
            simulation.adopt(value as never)
          },
        ],
      ]),
    ),
    ...Object.fromEntries(
      NO_NUMBERS.flatMap((value) =>
        [
          (simulation: Simulation): void => {
            simulation.write('v', value as never)
          },
          (simulation: Simulation): void => {
            simulation.writePart('v', 0, value as never)
          },
          (simulation: Simulation): void => {
            simulation.writeCue(0, 0, value as never)
          },
          (simulation: Simulation): void => {
            simulation.set(value as never, NaN)
          },
        ].map((call, index) => [`write ${JSON.stringify(value)} (${index})`, call]),
      ),
    ),
    ...Object.fromEntries(
      ['tick', 'origin', 'arrays', 'series', 'warnings'].map((key) => [
        `restore without ${key}`,
        (simulation: Simulation, checkpoint: Checkpoint) =>
          simulation.restore(
            Object.fromEntries(Object.entries(checkpoint).filter(([name]) => name !== key)) as never,
          ),
      ]),
    ),
  }

  test('by a ModelError too where a program that no compiler has checked hands over another type', async () => {
    const { device } = await testDevice()
    const simulation = await created()
    await simulation.step(20)
    const checkpoint = await simulation.checkpoint()
    const before = await bitsOf(simulation)
    for (const [name, call] of Object.entries(MISTYPED))
      expect(await end(Promise.resolve().then(() => call(simulation, checkpoint))), name).toBeInstanceOf(
        ModelError,
      )
    expect(await bitsOf(simulation)).toEqual(before)
    const { model } = simulation
    for (const [call, message] of [
      [
        () => createSimulation(undefined as never, model),
        'createSimulation takes a GPUDevice, not undefined',
      ],
      [() => createSimulation({} as never, model), 'createSimulation takes a GPUDevice, not another object'],
      [
        () => createSimulation(device, null as never),
        /^createSimulation takes a device and a model, .*, not null$/,
      ],
      [
        () => createSimulation(device, {} as never),
        /^createSimulation takes a device and a model, .*, not another object$/,
      ],
      [
        () => createSimulation(device, model, { submitTime: NaN }),
        'the option `submitTime` takes a number above 0, not NaN',
      ],
      [() => requestDevice({ adapter: 5 as never }), 'the option `adapter` takes a string, not 5'],
      [() => loadScenario(42 as never), 'loadScenario takes a string, not 42'],
      [() => loadModel(undefined as never, {} as never), 'loadModel takes a string, not undefined'],
      [() => loadModel('{}', undefined as never), /^loadModel takes options with a function `read`/],
      [
        () => loadScenario(HOPFIELD, { set: 'a=1' as never }),
        'the option `set` takes a list of strings, not "a=1"',
      ],
      [
        () => loadScenario(HOPFIELD, { vary: [3] as never }),
        'the option `vary` takes a list of strings, not [3]',
      ],
      [() => loadScenario(HOPFIELD, { ticks: 1.5 }), /time.ticks: must be an integer/],
      [() => loadScenario(HOPFIELD, { seed: 'x' as never }), /seed: must be an integer/],
    ] as const) {
      const error = await end(Promise.resolve().then<unknown>(call))
      expect(error, String(message)).toBeInstanceOf(ModelError)
      if (typeof message === 'string') expect((error as Error).message).toBe(message)
      else expect((error as Error).message).toMatch(message)
    }
    simulation.destroy()
  })

  test('and a name that is not there is answered with those that are', async () => {
    const simulation = await created()
    await expect(simulation.read('vv')).rejects.toThrow(
      'there is no `vv` in this network; choose one of v, h, xi, w',
    )
    simulation.destroy()
  })

  test('step(0) samples the initial state and no more', async () => {
    const simulation = await created()
    for (let time = 0; time < 3; time++) await simulation.step(0)
    await simulation.flush()
    expect(simulation.series.map(({ tick }) => [...tick])).toEqual([[0], [0], [0]])
    simulation.destroy()
  })
})

test.each([
  ['of the initial state', 0, 0],
  ['of a later one', 20, 21],
])(
  'a sample %s that is not finite ends the run with probe, tick and value, and the samples until then stay',
  async (_, before, tick) => {
    const neurons = { v: { size: 8, lagrangian: { kind: 'linear' } } }
    const probes = { s: { kind: 'speed', layer: 'v' }, e: { kind: 'energy' } }
    const simulation = await created({}, { neurons, probes, synapses: {}, memories: {}, stimulus: [] })
    if (before > 0) await simulation.step(before)
    // Finite, as are its activations; its square is beyond float32.
    simulation.write('v', new Float32Array(24).fill(1e30))
    const ends = [await end(simulation.step(before > 0 ? 9 : 0)), await end(simulation.flush())]
    const message = expect.stringMatching(
      new RegExp(
        `^RunError: probe \`e\` is (-?Infinity|NaN) at tick ${tick}, which is not finite; use smaller`,
      ),
    ) as unknown
    expect(ends.map(String)).toContainEqual(message)
    expect(String(await end(simulation.step(1)))).toEqual(message)
    expect((await simulation.read('v')).data.every((value) => value > 1e29)).toBe(true)
    expect(simulation.series[0]!.tick.length).toBeGreaterThan(before)
    await simulation.reset()
    await simulation.step(30)
    await simulation.flush()
    expect(simulation.series.map((one) => one.tick.length)).toEqual([31, 31])
    simulation.destroy()
  },
)

test('a step whose samples would be more than are kept is refused before it begins, with the numbers', async () => {
  const simulation = await created()
  await expect(simulation.step(2 ** 31 - 1)).rejects.toThrow(
    /^at tick 2147483647 there would be \d+ bytes of samples, at most 2147483647 are kept, and `x` has \d+ of 396 bytes; give/,
  )
  expect(simulation.tick).toBe(0)
  simulation.destroy()
})
