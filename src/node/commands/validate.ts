import { ruleKindOf } from '../../core/kinds/rules/table.ts'
import { hyperedgeFacts, matrixFacts } from '../../core/kinds/couplings/table.ts'
import type { Command } from 'commander'
import { ModelError, escaped } from '../../core/errors.ts'
import { probeText } from '../../core/kinds/probes/table.ts'
import { lagrangianTexts, textOf } from '../../core/model/neuron-values.ts'
import type { Lagrangian, Model, Rows } from '../../core/model/model.ts'
import { samplesBetween } from '../../core/plan/clock.ts'
import { aligned, axesLines, bytesText } from '../../core/plan/print.ts'
import { NO_LIMITS } from '../limits.ts'
import { print } from '../terminal.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { checkResultSize } from '../../core/run/results.ts'
import { type ScenarioOptions, addScenarioOptions, loadWith, naming, planRun, warn } from './options.ts'

/** `engram validate`: whether a scenario is right, and what it describes. */
export function validateCommand(command: Command): Command {
  return addScenarioOptions(command).addHelpText('after', HELP).action(validate)
}

const HELP = `
Reads the scenario and every file that it names. Prints a description of the layers, synapses, memories, stimulus and
probes, and the GPU memory that they need. Warnings go to standard error. Nothing is run or written.

Exit code: 0 valid, 2 invalid. The error is one line on standard error: file, JSON path, mistake, remedy.

Examples:
  engram validate scenarios/digits.json
  engram validate scenarios/digits.json --set time.dt=0.5 --set replicas=1`

async function validate(scenario: string, options: ScenarioOptions): Promise<void> {
  const model = await loadWith(scenario, options)
  const { plan } = await naming(scenario, () => planRun(model, NO_LIMITS))
  warn([...model.warnings, ...tooManySamples(plan, model)])
  print(`${[...describe(scenario, model), `GPU memory: ${bytesText(plan.bytes)}`].join('\n')}\n`)
}

/** A run with --stream may have them. */
function tooManySamples(plan: Plan, model: Model): string[] {
  try {
    checkResultSize(plan, model)
    return []
  } catch (error) {
    if (error instanceof ModelError) return [error.message]
    throw error
  }
}

/** Of a sparse matrix what it would be, and how many entries there are. */
function shapeText({ rows, columns, pattern }: Rows): string {
  if (pattern === undefined) return `${rows} x ${columns}`
  return `${pattern.rows} x ${pattern.columns} with ${counted(columns, 'entry', 'entries')}`
}

/** What a model is, one line a part. */
function describe(scenario: string, model: Model): string[] {
  const { time, replicas, seed } = model
  const rows = [
    ...model.layers.map((layer) => [
      'layer',
      layer.name,
      `${layer.shape.join(' x ')} ${lagrangianText(layer.lagrangian)}, ` +
        (layer.tau === 0 ? 'adiabatic' : `tau ${textOf(layer.tau, layer.own?.tau)}${everyText(layer.every)}`),
    ]),
    ...model.synapses.map(({ name, layer, tau, every, strength, base }) => [
      'synapse',
      name,
      `on ${layer}, base ${base.kind}` +
        ('matrix' in base && base.matrix.pattern !== undefined ? ` ${shapeText(base.matrix)}` : '') +
        (tau === undefined ? ', fixed' : `, tau ${tau}, strength ${strength}${everyText(every)}`),
    ]),
    ...model.memories.map(({ kind, name, from, to, direction, init, rule, tau, every, format }) => [
      matrixFacts({ kind }).isMatrix ? 'memory' : kind,
      name,
      `${shapeText(init)} ${format}, ${from} ${ARROWS[direction]} ${to}, ${ruleKindOf(rule)}` +
        (tau === undefined ? '' : `, tau ${tau}${everyText(every)}`),
    ]),
    ...model.hyperedges.map((edge) => [
      edge.kind,
      edge.name,
      `${hyperedgeFacts(edge).text(edge)}, ${ruleKindOf(edge.rule)}` +
        (edge.tau === undefined ? '' : `, tau ${edge.tau}${everyText(edge.every)}`),
    ]),
    ...model.stimulus.map(({ kind, layer, patterns, start, stop }) => [
      'stimulus',
      kind,
      `${layer}, ${counted(patterns.rows, 'pattern')}, ` +
        (kind === 'initial'
          ? `at tick ${start}`
          : `from tick ${start}${Number.isFinite(stop) ? ` to ${stop}` : ' on'}`),
    ]),
    ...model.probes.map((probe) => [
      'probe',
      probe.name,
      `${probeText(probe)}${everyText(probe.every)}, ${counted(1 + samplesBetween(0, time.ticks, probe.every), 'sample')}`,
    ]),
  ]
  return [
    `${scenario} is valid${model.scenario.name === '' ? '' : `: ${escaped(model.scenario.name)}`}`,
    `${counted(time.ticks, 'tick')} of ${time.dt}, ${time.integrator}, ${counted(replicas, 'replica')}, seed ${seed}`,
    ...aligned(rows),
    ...axesLines(model),
  ]
}

/** Which of its layers a memory sends to. */
const ARROWS = { both: '->', forward: '-> only', backward: '<- only' } as const

function lagrangianText(lagrangian: Lagrangian): string {
  const list = lagrangianTexts(lagrangian)
  return list.length === 0 ? lagrangian.kind : `${lagrangian.kind} (${list.join(', ')})`
}

function everyText(every: number): string {
  return every === 1 ? '' : `, every ${every} ticks`
}

function counted(count: number, noun: string, several = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : several}`
}
