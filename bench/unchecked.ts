/** `npm run bench:unchecked`: the same ticks with checks of bounds and without, in turns on one adapter. */
import { loadModel } from '../src/core/model/load.ts'
import { aligned } from '../src/core/plan/print.ts'
import { createSimulation, type Simulation } from '../src/core/run/simulation.ts'
import { requestDevice } from '../src/node/device.ts'
import { advance, warm } from './own.ts'
import { argumentsOf } from './arguments.ts'
import { fileOf, residentFor, scenarioOf } from './peers/scenario.ts'
import { WORKS, inputsOf } from './peers/work.ts'

const ROUNDS = 25

const HELP = `npm run bench:unchecked -- [WORD...]

Measures the works whose id contains one of the words, with and without checks; without a word all of them. Works are
  ${WORKS.map(({ id }) => id).join('\n  ')}`

/** Measures the works whose id contains one of the arguments (all when there are none), and prints a table. */
export async function bench(args: readonly string[]): Promise<void> {
  const given = argumentsOf(args, { help: HELP, names: WORKS.map(({ id }) => id) })
  if (given === undefined) return
  const only = given.words
  const devices = [await requestDevice({ unchecked: false }), await requestDevice({ unchecked: true })]
  const lines: string[][] = []
  for (const work of WORKS) {
    if (only.length > 0 && !only.some((part) => work.id.includes(part))) continue
    const inputs = inputsOf(work)
    const simulations: Simulation[] = []
    for (const { device } of devices) {
      const model = await loadModel(JSON.stringify(scenarioOf(work, 'f32')), {
        read: (path) => fileOf(path, inputs, work),
      })
      const simulation = await createSimulation(device, model, { resident: residentFor(work) })
      if (work.kind === 'learning') simulation.write('xi', inputs.matrix)
      simulations.push(simulation)
    }
    const times = await inTurns(simulations)
    const [checked = NaN, unchecked = NaN] = times.map((ms) => Math.min(...ms))
    lines.push([
      work.title,
      checked.toPrecision(3),
      unchecked.toPrecision(3),
      (unchecked / checked).toFixed(2),
    ])
    for (const simulation of simulations) simulation.destroy()
  }
  for (const { release } of devices) release()
  const head = ['work', 'checked, ms per tick', 'unchecked', 'ratio']
  process.stdout.write(
    `${devices[0]?.info.name ?? ''}, fastest of ${ROUNDS} rounds\n\n${aligned([head, ...lines], [1, 2, 3]).join('\n')}\n`,
  )
}

/** ms per tick of each round, of each simulation. */
async function inTurns(simulations: readonly Simulation[]): Promise<number[][]> {
  const ticks = Math.max(...(await Promise.all(simulations.map(warm))))
  const times: number[][] = simulations.map(() => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [k, simulation] of simulations.entries()) {
      const begin = performance.now()
      await advance(simulation, ticks)
      times[k]?.push((performance.now() - begin) / ticks)
    }
  }
  return times
}
