/**
 * The terms of the energy of a network, and the reasons why it may rise (docs/theory.md, "Energy, and why it
 * falls").
 */
import { isDense } from './couplings.ts'
import { madeOf } from '../kinds/bases/table.ts'
import { couplingFacts, hasEnergy } from '../kinds/couplings/table.ts'
import { inverseTemperature, isIdentity, isPerNeuron, lagrangianFacts } from '../kinds/lagrangians/table.ts'
import { strayOf } from '../kinds/leaks/table.ts'
import { movingRule, ruleKindOf } from '../kinds/rules/table.ts'
import { rowsOf } from '../math/sparse.ts'
import { updateFacts } from '../kinds/updates/table.ts'
import type { Layer, Memory, Model, Rows } from './model.ts'

/**
 * The one learning memory that is not hebbian and yet has an energy that falls (docs/theory.md, "Learning rules, and where Hebb
 * comes from"): the gated memory of a network with the joint Lyapunov function
 *   E(v, Xi) = |v|^2 / 2 - b.v - (1/beta) log sum_mu exp(beta (Xi_mu.v - |Xi_mu|^2 / 2)):
 * linear visible neurons of gain 1, adiabatic softmax neurons with the half-norm offset, Lambda = 0, and no
 * other coupling. Otherwise undefined.
 */
export function jointMemory({ layers, couplings, memories, variation }: Model): Memory | undefined {
  // If one of several gains is not 1, the energy of all replicas has the usual terms.
  if (variation?.points.some((point) => jointMemory(point) === undefined)) return undefined
  const [memory] = memories
  if (memory === undefined || couplings.length > 1 || !isDense(memory)) return undefined
  const from = layers.find(({ name }) => name === memory.from)
  const to = layers.find(({ name }) => name === memory.to)
  const isJoint =
    hasEnergy(memory) &&
    movingRule(memory.rule)?.descends === 'joint' &&
    memory.inputOffset === 'half-norm' &&
    memory.bias === undefined &&
    from !== undefined &&
    isIdentity(from.lagrangian) &&
    to !== undefined &&
    inverseTemperature(to.lagrangian) !== undefined &&
    to.tau === 0
  return isJoint ? memory : undefined
}

/**
 * Names of the terms of the total energy: layers, then couplings with an energy; the term of a joint energy's
 * hidden layer includes the memory.
 */
export function energyTerms(model: Model): string[] {
  const { layers, couplings } = model
  const joint = jointMemory(model)
  return [...layers, ...couplings.filter(hasEnergy)].flatMap((group) => (group === joint ? [] : [group.name]))
}

const reasons = new WeakMap<Model, readonly string[]>()

/**
 * The reasons why the energy of a network may rise at constant input in exact dynamics, one line each, such as
 * "memory `xi` is one-way". Empty = a gradient flow, whose energy never rises.
 */
export function risesOf(model: Model): readonly string[] {
  let known = reasons.get(model)
  if (known === undefined) {
    known = [...new Set((model.variation?.points ?? [model]).flatMap(risesOfOne))]
    reasons.set(model, known)
  }
  return known
}

/** The reasons why couplings have no term in the energy of a network, one line each. */
export function leftOutOf({ couplings }: Model): string[] {
  return couplings.flatMap((coupling) => couplingFacts(coupling).withoutEnergy(coupling) ?? [])
}

/**
 * The reasons why layers may move uphill, one line each: if neurons share an activation, M is not diagonal, and
 * with different time constants dE/dt = -r^T M T^-1 r may be positive.
 */
export function mixedTimes(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ name, lagrangian, own }) =>
    isPerNeuron(lagrangian) || own?.tau === undefined
      ? []
      : [`neurons of layer \`${name}\` share one activation and differ in tau`],
  )
}

/**
 * The reason why the flow with fixed couplings and inputs descends no energy, so that eigenvalues may be
 * complex; undefined = it descends one.
 */
export function turnedBy(model: Model): string | undefined {
  return leftOutOf(model)[0] ?? mixedTimes(model.layers)[0]
}

function risesOfOne(model: Model): string[] {
  const { layers, memories, stimulus } = model
  return [
    ...leftOutOf(model),
    ...mixedTimes(layers),
    ...layers.flatMap(({ name, temperature }) => (temperature > 0 ? [`layer \`${name}\` has noise`] : [])),
    ...layers.flatMap(({ name, tau, lagrangian }) =>
      tau === 0 || (lagrangianFacts(lagrangian).isConvex?.(lagrangian) ?? true)
        ? []
        : [`the Lagrangian of layer \`${name}\` is not convex`],
    ),
    ...layers.flatMap((layer) => strayed(model, layer)),
    // A full Hessian couples held and moving neurons.
    ...layers.flatMap(({ name, lagrangian }) =>
      !isPerNeuron(lagrangian) &&
      stimulus.some(
        ({ kind, layer, patterns }) => kind === 'clamp' && layer === name && patterns.free !== undefined,
      )
        ? [`a clamp holds a part of layer \`${name}\`, but its neurons share one activation`]
        : [],
    ),
    ...layers.flatMap(({ name, lagrangian, update }) =>
      !isPerNeuron(lagrangian) && !updateFacts(update).movesAll
        ? [`only a part of layer \`${name}\` moves in a step, but its neurons share one activation`]
        : [],
    ),
    ...layers.flatMap((layer) => jumpsOf(model, layer)),
    ...memories.flatMap((memory) => {
      const { name, rule } = memory
      switch (movingRule(rule)?.descends) {
        case undefined:
          return []
        case 'without-offset':
          return memory.inputOffset === 'none'
            ? []
            : [`memory \`${name}\` learns by ${ruleKindOf(rule)} with an input offset`]
        case 'joint':
          return memory === jointMemory(model) ? [] : [`memory \`${name}\` learns by ${ruleKindOf(rule)}`]
        case 'never':
          return [`memory \`${name}\` learns by ${ruleKindOf(rule)}`]
      }
    }),
  ]
}

/** Layers that send their state may begin out of the range of their activation, where they have no energy. */
function strayed({ stimulus }: Model, layer: Layer): string[] {
  const cues = stimulus.filter(({ kind, layer: of }) => kind !== 'current' && of === layer.name)
  const isStray = ({ rows, columns, data, free }: Rows): boolean =>
    free === undefined &&
    data.length > 0 &&
    Array.from({ length: rows }, (_, r) => data.subarray(r * columns, (r + 1) * columns)).some(
      (row) => strayOf(layer, row) !== undefined,
    )
  return [layer.init, ...cues.map(({ patterns }) => patterns)].some(isStray)
    ? [`layer \`${layer.name}\` may begin out of the range of its activation`]
    : []
}

/**
 * The reasons why jumps of an activation may raise the energy. One neuron that jumps, with all others held,
 * follows its own input, and the energy falls by at least 2 |h|. This needs all other layers to be constant, or
 * adiabatic with convex Lagrangians, and no negative coupling of a neuron to itself. If two neurons jump
 * together, their changes may cancel.
 */
function jumpsOf(model: Model, { name, tau, lagrangian, update }: Layer): string[] {
  if (tau === 0 || lagrangianFacts(lagrangian).withoutHessian === undefined) return []
  const { layers, couplings, synapses } = model
  const other = layers.find((one) => one.tau > 0 && one.name !== name) ?? couplings.find((one) => one.tau)
  const bent = layers.find(
    (one) => one.tau === 0 && lagrangianFacts(one.lagrangian).isConvex?.(one.lagrangian) === false,
  )
  const backward = synapses.find(({ layer, base }) => {
    const made = madeOf(base)
    if (layer !== name || made === undefined || !('matrix' in made)) return false
    const { columns, data, pattern } = made.matrix as Rows
    if (pattern === undefined) return data.some((entry, k) => k % (columns + 1) === 0 && entry < 0)
    const rows = rowsOf(pattern)
    return data.some((entry, k) => rows[k] === pattern.indices[k] && entry < 0)
  })
  const jumps = `neurons of layer \`${name}\` jump`
  return [
    ...(updateFacts(update).movesOne ? [] : [`${jumps}, and more than one moves in a step`]),
    ...(other === undefined ? [] : [`${jumps} while \`${other.name}\` moves`]),
    ...(bent === undefined ? [] : [`${jumps}, and the Lagrangian of \`${bent.name}\` is not convex`]),
    ...(backward === undefined ? [] : [`${jumps}, and the diagonal of \`${backward.name}\` is negative`]),
  ]
}
