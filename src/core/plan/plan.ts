/**
 * From a model to a plan: its buffers, and its kernels with their rates, in the order of a tick
 * (docs/scenario.md, "A tick"). Pure: allocates nothing and uses no device.
 */
import { integratorOf } from '../kinds/integrators/table.ts'
import { groupsOf } from '../model/couplings.ts'
import { ModelError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import { withCurrentNames } from './aliases.ts'
import type { Batched } from './batched.ts'
import { attentionOf } from './attention.ts'
import { couplingPlanner } from './couplings/table.ts'
import type { Limits, Matrix } from './layout.ts'
import { planMove } from './moves.ts'
import { activate, choose, integrate, planLayer, planStimulus, stepping } from './neurons.ts'
import { boundBy, type BufferPlan, type Operation, type Stage } from './operation.ts'
import { type ClockPlan, planClock } from './clock.ts'
import { type Planning, WORKGROUP, addBuffer, bytesOf } from './planning.ts'
import { mayDiffer, type ProbePlan, planProbe } from './probes.ts'
import { strangerIn } from './resident/eligible.ts'
import { planResident } from './resident/plan.ts'
import type { Deferred } from './deferred.ts'
import { type Derived, derivedLayers, onDemand } from './derived.ts'
import { deferredOf, derivedMatrix } from './factored.ts'
import { isStaged, type Turn, turnsOf } from './stages.ts'
import {
  type Choice,
  type ProductPlan,
  type Tuned,
  type Variants,
  generalOf,
  needsSubgroups,
  pinned,
  readVariants,
} from './variants.ts'

/** Everything the engine has to allocate and the scheduler has to dispatch. */
export interface Plan {
  readonly buffers: readonly BufferPlan[]
  /** Memories and synapses by name; a base coupling J or Lambda under `NAME/base`. */
  readonly matrices: ReadonlyMap<string, Matrix>
  /** Once, before tick 0. */
  readonly setup: readonly Operation[]
  /** Stage 1, in ticks in which the stimulus changes. */
  readonly stimulate: readonly Operation[]
  /**
   * Activations that `tick` computes together with their states: also to be computed before the first tick, and
   * after a state or a parameter was changed from outside.
   */
  readonly prepare: readonly Operation[]
  /** Stages 2 and 3, in order; each operation runs in the ticks in which it is due. */
  readonly tick: readonly Operation[]
  /** Stage 2 alone: activations and adiabatic layers of the present state. */
  readonly refresh: readonly Operation[]
  readonly probes: readonly ProbePlan[]
  /** Arrays derived from the state: on demand, or by `refresh`. */
  readonly derived: readonly Derived[]
  /** Groups with deferred updates. */
  readonly deferred: readonly Deferred[]
  /** For small networks: many whole ticks in one dispatch, in place of `stimulate`, `tick` and `probes`. */
  readonly batched?: Batched
  /** The reason why this form is missing, if it was requested. */
  readonly notBatched?: string
  /** Names of the groups that are checked for NaN and infinity, by index in the buffer `faults`. */
  readonly faults: readonly string[]
  readonly clock: ClockPlan
  /** Products of ticks, with their shapes and forms. */
  readonly products: readonly ProductPlan[]
  /** The choices for ticks: first the on/off choices, then the forms of products. */
  readonly choices: readonly Choice[]
  /** All choices, tuned or not: forcing them gives the same plan. */
  readonly variants: Variants
  /** Bytes of all buffers except those on demand. */
  readonly bytes: number
}

/** Every operation of a plan once, in the order in which an engine compiles them. */
export function operationsOf(plan: Plan): Operation[] {
  return [
    // Resident kernels take longest to compile, so they come first and the others compile in parallel.
    ...plan.derived.flatMap(onDemand),
    ...plan.deferred.flatMap(({ flush }) => flush),
    ...plan.setup,
    ...plan.stimulate,
    ...new Set([...plan.tick, ...plan.refresh]),
    ...plan.probes.flatMap((probe) => probe.operations),
    ...(plan.batched === undefined ? [] : [plan.batched.operation]),
  ]
}

export interface PlanOptions {
  /** Invocations in a workgroup; tests force small ones. */
  readonly workgroup?: number
  /** Forces variants of kernels. */
  readonly variants?: Variants
  /** `variants` of another plan, such as that of a checkpoint, used where possible. */
  readonly pinned?: Variants
  /** The fastest forms of products on the adapter; used unless a form is forced. */
  readonly tuned?: Tuned
  /** True = the adapter computes on the CPU, where other kernels are faster. */
  readonly software?: boolean
  /**
   * True = with the resident form if possible: a network in the registers of one kernel, many ticks in a
   * dispatch. Much faster after its compilation, about 1 s on a software adapter; samples and states are the
   * same within rounding.
   */
  readonly resident?: boolean
  /** The adapter's smallest subgroup size; 1 = no subgroups. */
  readonly lanes?: number
}

/** Value in the buffer `faults` for a group whose values were all finite. */
export const NO_FAULT = 0xffffffff

/**
 * The plans of one network: without a resident form, and with each resident form (lanes share a replica or not).
 */
export interface Planned {
  readonly plan: Plan
  readonly resident: (form?: 'subgroup' | 'invocation') => Plan
}

/**
 * Plans a network for an adapter with the given limits.
 * @throws ModelError if something does not fit, with the bytes needed and the bytes there are
 */
export function planNetwork(model: Model, limits: Limits, options: PlanOptions = {}): Plan {
  const planned = planForms(model, limits, options)
  return options.resident === true ? planned.resident() : planned.plan
}

/**
 * Plans a network for an adapter with the given limits, in all its forms.
 * @throws ModelError if something does not fit, with the bytes needed and the bytes there are
 */
export function planForms(model: Model, limits: Limits, options: PlanOptions = {}): Planned {
  const { lanes = 1 } = options
  const forced = readVariants(options.variants ?? {})
  const pins = readVariants(options.pinned ?? {})
  const variants: Variants = { ...generalOf(pins, lanes), ...forced }
  const planning: Planning = {
    model,
    limits,
    workgroup: options.workgroup ?? WORKGROUP,
    variants,
    pins,
    tuned: withCurrentNames(options.tuned ?? {}),
    products: new Map(),
    lanes,
    software: options.software ?? false,
    matrices: new Map(),
    buffers: new Map(),
    clock: planClock(model),
    factored: new Map(),
  }
  checkSubgroups(planning)
  checkIndependent(model)
  for (const layer of model.layers) planLayer(planning, layer)
  const setup = model.couplings.flatMap((coupling) => couplingPlanner(coupling).buffers(planning, coupling))

  const faults = groupsOf(model).map(({ name }) => name)
  addBuffer(
    planning,
    'faults',
    faults.length * 4,
    { kind: 'data', make: () => new Uint32Array(faults.length).fill(NO_FAULT) },
    'state',
  )
  addBuffer(planning, 'none', 16)

  const dynamic = model.layers.filter((layer) => layer.tau > 0)
  const adiabatic = model.layers.filter((layer) => layer.tau === 0)
  const activations = new Map(dynamic.map((layer) => [layer, activate(planning, layer, 'activate')]))
  const settled = adiabatic.map((layer) => {
    const { input, move } = planMove(planning, layer, 'settle', true)
    return {
      layer,
      operations: [...input, ...move, ...(reactsIn(move) ? [] : [activate(planning, layer, 'settle')])],
    }
  })
  const refresh = [...activations.values(), ...settled.flatMap(({ operations }) => operations)]
  // A layer that attention computes has no state of its own during a tick.
  const attentions = adiabatic.flatMap((layer) => attentionOf(planning, layer) ?? [])
  const settle = settled.filter(({ layer }) => attentionOf(planning, layer)?.form !== 'on')
  const turns = turnsOf(model, 1)
  const learningOf = (turn?: Turn): Operation[] => {
    const moves = model.couplings
      .filter((coupling) => isStaged(model, coupling) === (turn !== undefined))
      .flatMap((coupling) => couplingPlanner(coupling).moves(planning, coupling, turn))
    const isOf = (stage: Stage) => (one: Operation) => one.stage === stage
    return [...moves.filter(isOf('plasticity')), ...moves.filter(isOf('learn'))]
  }
  const learning = learningOf()
  // All layers move from the same activations: an activation may be updated early only if nothing later reads
  // the old one.
  const read = new Set(learning.flatMap(({ buffers }) => Object.values(buffers)))
  const inputs: Operation[][] = []
  const moves: Operation[][] = []
  const prepare: Operation[] = []
  for (const layer of dynamic.filter((one) => !isStaged(model, one)).reverse()) {
    const follows = turns.length === 1 && !read.has(`${layer.name}/activations`)
    const { input, move } = planMove(planning, layer, 'integrate', follows)
    for (const { buffers } of move) for (const buffer of Object.values(buffers)) read.add(buffer)
    if (reactsIn(move)) prepare.push(activations.get(layer) as Operation)
    inputs.unshift(input)
    moves.unshift(move)
  }
  /**
   * One stage of the groups with several stages: activations of the moved layers, adiabatic layers, and the
   * moves from them.
   */
  const stage = (turn: Turn): Operation[] => {
    const staged = dynamic.filter((layer) => isStaged(model, layer))
    const own = staged.map((layer) => planMove(planning, layer, 'integrate', false, turn))
    return [
      ...(turn.begins === 1 ? [] : staged.map((layer) => activations.get(layer) as Operation)),
      ...(turn.begins === 1 ? [] : settle.flatMap(({ operations }) => operations)),
      ...own.flatMap(({ input }) => input),
      ...own.flatMap(({ move }) => move),
      ...learningOf(turn),
    ]
  }
  const tick = [
    ...dynamic.flatMap((layer) => choose(planning, layer)),
    ...[...activations.values()].filter((one) => !prepare.includes(one)),
    ...settle.flatMap(({ operations }) => operations),
    // Slower groups are held during the stages, and then move from the activations of the last stage.
    ...turns.flatMap((turn) => (turn === undefined ? [] : stage(turn))),
    ...inputs.flat(),
    ...moves.flat(),
    ...learning,
  ]
  checkNames(planning, tick)
  const stimulate = model.layers.flatMap((layer) => planStimulus(planning, layer))
  const probes = planProbes(planning)

  const factored = [...planning.factored.values()]
  const deferred = factored.flatMap(deferredOf)
  const demanded = new Set(
    [...planning.buffers.values()].flatMap(({ name, lifetime }) => (lifetime === 'demand' ? [name] : [])),
  )
  const derived = [
    ...factored.map((one) => derivedMatrix(one, demanded)),
    ...derivedLayers(model.layers, refresh, tick),
  ]
  const products = [...planning.products.values()]
  // One flag counts for all of them.
  const isOneWord = new Set(attentions.map(({ form }) => form)).size === 1

  const withForm = (
    form: Variants,
    batched: Batched | string | undefined,
    { buffers }: Pick<Planning, 'buffers'>,
  ): Plan => ({
    buffers: [...buffers.values()],
    bytes: bytesOf({ buffers, limits }),
    matrices: planning.matrices,
    setup,
    stimulate,
    prepare,
    tick,
    refresh,
    probes,
    derived,
    deferred,
    ...(batched === undefined ? {} : typeof batched === 'string' ? { notBatched: batched } : { batched }),
    faults,
    clock: { ...planning.clock, perTick: deferred.length > 0 ? 3 : 1 },
    products,
    choices: [...attentions, ...products],
    variants: pinned([...products, ...(isOneWord ? attentions : [])], { ...variants, ...form }),
  })
  const plan = withForm({}, undefined, planning)
  checkSnapshots(planning, probes)
  checkBindings(planning, operationsOf(plan))
  return {
    plan,
    resident(form = variants.resident) {
      const stranger = strangerIn(model, turns.length)
      if (stranger !== undefined) return withForm({}, stranger, planning)
      const own = { ...planning, buffers: new Map(planning.buffers) }
      const batched = planResident(own, {
        operations: [
          // Each layer separately: its own kernels hold the parameters of its move.
          ...model.layers.flatMap((layer) => [
            activate(own, layer, layer.tau > 0 ? 'activate' : 'settle'),
            ...choose(own, layer),
            integrate(own, layer, layer.tau > 0 ? 'integrate' : 'settle', stepping(own, layer, false, false)),
          ]),
          ...learning,
          ...probes.flatMap(({ operations }) => operations),
        ],
        probes,
        lanes: form === 'invocation' ? 1 : planning.lanes,
      })
      return withForm(form === undefined ? {} : { resident: form }, batched, own)
    },
  }
}

/** Refuses variants that need subgroups on an adapter without them. */
function checkSubgroups({ variants, lanes }: Planning): void {
  for (const [name, value] of Object.entries(variants) as [string, string][]) {
    if (lanes > 1 || !needsSubgroups(value)) continue
    const remedy = { reduce: 'tree', resident: 'invocation' }[name] ?? 'a tile without q'
    throw new ModelError(`${name}=${value}: this adapter has no subgroups; use ${remedy}`, {
      path: 'variants',
    })
  }
}

/** Refuses variants of products that the network does not have. */
function checkNames({ variants, products }: Planning, tick: readonly Operation[]): void {
  const unknown = Object.keys(variants).find((name) => name.includes(':') && !products.has(name))
  if (unknown === undefined) return
  const there = [...products.keys()].join(', ')
  const others = ['symv', 'attention'].filter((name) => tick.some(({ kernel }) => kernel.entryPoint === name))
  const more = others.map((name) => `; ${name}=off gives more products`).join('')
  throw new ModelError(
    `there is no product ${unknown}; ${there === '' ? 'this network has none' : `choose one of ${there}`}${more}`,
    { path: 'variants' },
  )
}

/** Checks the number of storage buffers of each kernel. */
function checkBindings({ model, limits }: Planning, operations: readonly Operation[]): void {
  const most = limits.maxStorageBuffersPerShaderStage
  for (const { label, kernel, buffers } of operations) {
    if (boundBy(kernel) <= most) continue
    const remedies = [
      ...(integratorOf(model.time.integrator).stages.length > 1 ? ['an integrator of one stage'] : []),
      ...('carry' in buffers ? ['a larger time.dt or smaller tau, so that no second word is needed'] : []),
      ...(kernel.varied ? ['a run for each value in place of replicas.vary'] : []),
      'another adapter',
    ]
    throw new ModelError(
      `\`${label}\` binds ${boundBy(kernel)} storage buffers, but this adapter allows ${most}; use ${remedies.join(', or ')}`,
    )
  }
}

/** Whether the move of a layer also computes its activation. */
function reactsIn(move: readonly Operation[]): boolean {
  return move.some(({ buffers }) => buffers.activations !== undefined)
}

function planProbes(planning: Planning): ProbePlan[] {
  let ringStart = 0
  const probes = planning.model.probes.map((probe, index) => {
    const planned = planProbe(planning, probe, planning.clock.probeWord + index, ringStart)
    ringStart += planned.capacity * planned.sampleWords
    return planned
  })
  addBuffer(planning, 'ring', ringStart * 4)
  return probes
}

/** One buffer holds all samples of a tick; only snapshots can be too large for it. */
function checkSnapshots({ limits, buffers, matrices }: Planning, probes: readonly ProbePlan[]): void {
  const bytesOf = (name: string): number =>
    matrices.get(name)?.blocks.reduce((sum, block) => sum + block.bytes, 0) ??
    buffers.get(`${name}/state`)?.bytes ??
    0
  const sizes = probes.flatMap(({ probe, copies }) =>
    copies === undefined ? [] : [{ name: probe.name, bytes: bytesOf(copies) }],
  )
  const room = limits.maxBufferSize - (buffers.get('ring')?.bytes ?? 0) - (buffers.get('faults')?.bytes ?? 0)
  const needed = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  if (needed <= room) return
  const [largest] = sizes.sort((a, b) => b.bytes - a.bytes)
  throw new ModelError(
    `the snapshots need ${needed} bytes in one tick, but this adapter allows ${room}; leave this one out (${largest?.bytes} ` +
      'bytes), or use fewer neurons or replicas',
    { path: `probes.${largest?.name}` },
  )
}

/** @throws ModelError for a part that must be the same in all replicas of independent networks */
function checkIndependent({ variation, couplings, probes }: Model): void {
  if (variation?.isIndependent !== true) return
  const refuse = (name: string, kind: string): never => {
    throw new ModelError(
      `is not possible with \`${name}\` (${kind}), which is the same in all replicas; use \`engram sweep --seeds\` for independent networks`,
      { path: 'replicas.independent' },
    )
  }
  for (const coupling of couplings)
    if (!couplingPlanner(coupling).mayDiffer) refuse(coupling.name, coupling.kind)
  for (const probe of probes) if (!mayDiffer(probe)) refuse(probe.name, probe.kind)
}
