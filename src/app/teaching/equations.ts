/** The equations of a network as TeX, from the model that runs. Pure. */
import { formulaOfBase } from '../../core/kinds/bases/table.ts'
import { noiseOf } from '../../core/kinds/noises/table.ts'
import { updateFacts } from '../../core/kinds/updates/table.ts'
import { hasEnergy, hyperedgeFacts, memoryFacts, targetsOf } from '../../core/kinds/couplings/table.ts'
import type { Symbols } from '../../core/kinds/couplings/definition.ts'
import { formulaOfRule, isMoving, movingRule, traceFormulas } from '../../core/kinds/rules/table.ts'
import { lagrangianFacts } from '../../core/kinds/lagrangians/table.ts'
import { leakFacts } from '../../core/kinds/leaks/table.ts'
import { texNumber, texText } from '../../core/kinds/tex.ts'
import { leftOutOf } from '../../core/model/energy.ts'
import { largestOf, leastOf } from '../../core/kinds/neuron-row.ts'
import { rowAt } from '../../core/model/neuron-values.ts'
import type { Hyperedge, Layer, Model } from '../../core/model/model.ts'

/** Equations of one kind. */
export interface Equations {
  readonly title: string
  readonly lines: readonly string[]
}

/** A symbol for each layer: v and h for layers with these names, else the first free letter. */
export function symbolsOf(model: Model): ReadonlyMap<string, string> {
  const symbols = new Map<string, string>()
  const taken = new Set(['g', 'b', 'e', 'd', 't'])
  for (const { name } of model.layers) {
    const usual = { visible: 'v', hidden: 'h' }[name]
    const letters = `${usual ?? ''}${name.toLowerCase().replace(/[^a-z]/g, '')}xyzuvwpqrs`.match(/./g) ?? []
    const letter = letters.find((one) => !taken.has(one)) ?? `x_{${symbols.size}}`
    taken.add(letter)
    symbols.set(name, letter)
  }
  return symbols
}

/**
 * Dynamics, activations, learning and energy of a model
 * (docs/theory.md, "Dynamics", "Lagrangians" and "Energy, and why it falls").
 */
export function equationsOf(model: Model): Equations[] {
  const symbols = symbolsOf(model)
  const of = (name: string): string => symbols.get(name) ?? 'x'
  const xi = (name: string): string =>
    model.memories.length > 1 ? `\\Xi_{\\text{${texText(name)}}}` : '\\Xi'
  const w = (name: string): string => (model.synapses.length > 1 ? `W_{\\text{${texText(name)}}}` : 'W')
  const leaks = new Map(model.layers.map(({ name, leak }) => [name, leakFacts(leak).tex]))
  const g = (name: string): string => leaks.get(name)?.sent(of(name)) ?? ''
  const symbolsIn = ({ name }: Hyperedge): Symbols => ({
    g,
    of,
    matrix: (letter, index) =>
      `${letter}_{${index}${model.hyperedges.length > 1 ? `,\\text{${texText(name)}}` : ''}}`,
    number: (key, value) => among(model, `memories.${name}.${key}`, value),
  })

  const dynamics = model.layers.map((layer) => {
    const inputs = [
      ...model.memories.flatMap(({ kind, name, from, to, direction, inputOffset }) => [
        ...(from === layer.name && direction !== 'forward'
          ? [memoryFacts({ kind }).tex.backward(xi(name), g(to))]
          : []),
        ...(to === layer.name && direction !== 'backward'
          ? [
              memoryFacts({ kind }).tex.forward(xi(name), g(from)),
              ...(inputOffset === 'half-norm' ? [`-\\tfrac12 |(${xi(name)})_\\mu|^2`] : []),
            ]
          : []),
      ]),
      ...model.synapses.flatMap(({ name, layer: on }) =>
        on === layer.name ? [`${w(name)}\\, ${g(on)}`] : [],
      ),
      ...model.hyperedges
        .filter((edge) => targetsOf(edge).includes(layer.name))
        .map((edge) => hyperedgeFacts(edge).tex.sent(edge, layer.name, symbolsIn(edge))),
    ]
    const input = inputs.join(' + ').replaceAll('+ -', '- ')
    const bias = hasBias(model, layer) ? `b_{${of(layer.name)}}` : ''
    const terms = [bias, input].filter((term) => term !== '').join(' + ') || '0'
    const x = of(layer.name)
    const noise = isWarm(model, layer)
      ? ` + ${noiseOf(layer.noise).formula(x)}, \\quad T = ${ofLayer(model, layer, 'temperature', layer.temperature)}`
      : ''
    if (layer.tau === 0) return `${x} = ${terms} \\qquad (\\tau_{${x}} = 0)`
    const moved = updateFacts(layer.update).formula?.(numberOf(model, layer))
    return `\\tau_{${x}}\\, \\dot ${x} = -${x} + ${leakFacts(layer.leak).tex.goal(x, terms)}${noise}, \\qquad \\tau_{${x}} = ${ofLayer(model, layer, 'tau', layer.tau)}${moved === undefined ? '' : `, \\quad ${moved}`}`
  })
  const activations = model.layers.map((layer) => {
    const { name, lagrangian, leak } = layer
    const { left, argument } = leakFacts(leak).tex.activation(of(name))
    return `${left} = ${lagrangianFacts(lagrangian).formula(lagrangian, argument, (key) => ofLayer(model, layer, `lagrangian.${key}`, Number(lagrangian[key])))}`
  })
  const learning = [
    ...model.synapses.flatMap(({ name, tau, layer, base }) => {
      const made = formulaOfBase(base, 'P')
      if (tau === undefined) return [[w(name), 'J', ...made].join(' = ')]
      const pull = `-(${w(name)} - J) + \\kappa\\, ${g(layer)} ${g(layer)}^\\top`
      return [
        `\\tau_{W}\\, \\dot ${w(name)} = ${pull}, \\qquad \\tau_{W} = ${among(model, `synapses.${name}.tau`, tau)}`,
        ...made.map((formula) => `J = ${formula}`),
      ]
    }),
    ...model.memories.flatMap(({ kind, name, from, to, rule, tau, bias }) => {
      if (!isMoving(rule)) return []
      const time = `, \\qquad \\tau_{\\Xi} = ${among(model, `memories.${name}.tau`, tau ?? 0)}`
      const number = (key: string, value: number): string => among(model, `memories.${name}.${key}`, value)
      const ends = memoryFacts({ kind }).tex.learnt(g(to), g(from))
      const memory = model.memories.length > 1 ? `\\text{${texText(name)}}` : undefined
      const pull = formulaOfRule(rule, number, memory, xi(name), ...ends, bias !== undefined)
      return [
        `\\tau_{\\Xi}\\, \\dot ${xi(name)} = ${pull}${time}`,
        ...traceFormulas(rule, number, memory, ...ends),
      ]
    }),
    ...model.hyperedges.flatMap((edge) => hyperedgeFacts(edge).tex.lines(edge, symbolsIn(edge))),
  ]
  const energy = [
    ...model.layers.map((layer) => {
      const x = of(layer.name)
      const bias = hasBias(model, layer) ? `b_{${x}}` : undefined
      return `+ ${leakFacts(layer.leak).tex.energy(layer.lagrangian, x, bias)}`
    }),
    ...model.memories
      .filter(hasEnergy)
      .flatMap(({ kind, name, from, to, rule }) => [
        memoryFacts({ kind }).tex.energy(xi(name), g(to), g(from)),
        ...(movingRule(rule)?.isElastic ? [`+ \\tfrac12 |${xi(name)} - \\Lambda|^2`] : []),
      ]),
    ...model.synapses
      .filter(hasEnergy)
      .flatMap(({ name, layer, tau }) => [
        `- \\tfrac12\\, ${g(layer)}^\\top ${w(name)}\\, ${g(layer)}`,
        ...(tau === undefined ? [] : [`+ \\tfrac{1}{4\\kappa} |${w(name)} - J|^2`]),
      ]),
    ...model.hyperedges
      .filter(hasEnergy)
      .map((edge) => hyperedgeFacts(edge).tex.energy(edge, symbolsIn(edge))),
  ]
  const leftOut = leftOutOf(model).map(
    (reason) => `\\text{not a gradient flow: ${texText(reason.replaceAll('`', ''))}}`,
  )
  const sum = energy.join(' ').replace(/^\+ /, '')
  return [
    { title: 'Neurons', lines: dynamics },
    { title: 'Activations', lines: activations },
    ...(learning.length === 0 ? [] : [{ title: 'Synapses and memories', lines: learning }]),
    { title: 'Energy', lines: [`E = ${sum}`, ...leftOut] },
  ]
}

function hasBias(model: Model, { name, bias }: Layer): boolean {
  return (
    bias.data.some((value) => value !== 0) ||
    model.stimulus.some((item) => item.kind === 'current' && item.layer === name)
  )
}

/** A number as TeX, or its range over replicas. */
function among(model: Model, path: string, value: number): string {
  const axis = model.variation?.axes.find((one) => one.path === path)
  if (axis === undefined) return texNumber(value)
  return `${texNumber(Math.min(...axis.values))} \\ldots ${texNumber(Math.max(...axis.values))}`
}

/** A number of a layer, or its range over neurons and replicas. */
function ofLayer(model: Model, { name }: Layer, key: string, value: number): string {
  const networks = model.variation?.points ?? [model]
  const rows = networks.flatMap(({ layers }) => {
    const found = layers.find((one) => one.name === name)
    return (found && rowAt(found, key)) ?? []
  })
  if (rows.length === 0) return among(model, `neurons.${name}.${key}`, value)
  const [least, largest] = [Math.min(...rows.map(leastOf)), Math.max(...rows.map(largestOf))]
  return least === largest ? texNumber(least) : `${texNumber(least)} \\ldots ${texNumber(largest)}`
}

/** The number of the update of a layer; empty if there is none. */
function numberOf(model: Model, { name, update }: Layer): string {
  if (typeof update === 'string') return ''
  return Object.entries<number>(update)
    .map(([key, value]) => among(model, `neurons.${name}.update.${key}`, value))
    .join()
}

function isWarm(model: Model, { name, temperature }: Layer): boolean {
  const axis = model.variation?.axes.find(({ path }) => path === `neurons.${name}.temperature`)
  return temperature > 0 || axis !== undefined
}
