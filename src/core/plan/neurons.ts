/** Layers of neurons: their buffers, stimulus, activation and integration. */
import type { Lagrangian, Layer, Model, Rows } from '../model/model.ts'
import { cueTable, cuesOf, dealtRow, hasOwnBias, repetitionsOf } from '../model/variation.ts'
import { carryFields, carryNameOf, isCarried } from './carry.ts'
import { leakFacts, USUAL_LEAK } from '../kinds/leaks/table.ts'
import { isPerNeuron, widthOf } from '../kinds/lagrangians/table.ts'
import { updateFacts, updateKind, updateWord, USUAL_UPDATE } from '../kinds/updates/table.ts'
import { lagrangianFields } from './kernels.ts'
import { dealRows, gatherRows, vectorStride } from './layout.ts'
import { answersByNeuron, planValues, readingValues } from './neuron-values.ts'
import type { Operation, Stage } from './operation.ts'
import { isStaged, type Turn } from './stages.ts'
import {
  type Planning,
  type Receiver,
  addBuffer,
  faultOf,
  find,
  operation,
  perNeuron,
  rateOf,
  reducing,
  sigmaOf,
} from './planning.ts'

/** Buffers of one layer. */
export function planLayer(planning: Planning, layer: Layer): void {
  const { model } = planning
  const { name } = layer
  const bytes = vectorBytes(planning, layer)
  const current = (m: Model): Layer => find(m.layers, name)
  addBuffer(
    planning,
    `${name}/state`,
    bytes,
    { kind: 'data', make: (m) => dealtToAll(m, (one) => current(one).init) },
    'state',
  )
  if (isCarried(model, name)) addBuffer(planning, carryNameOf(name), bytes, { kind: 'zero' }, 'state')
  if (isStaged(model, layer)) addBuffer(planning, `${name}/stages`, 2 * bytes)
  addBuffer(planning, `${name}/activations`, bytes)
  addBuffer(planning, `${name}/input`, bytes)
  addBuffer(
    planning,
    `${name}/bias`,
    biasRows(model, layer) * vectorStride(layer.size) * 4,
    {
      kind: 'data',
      make: (m) =>
        hasTable(model, layer)
          ? dealtToAll(m, (one) => current(one).bias)
          : dealRows(current(m).bias, layer.bias.rows),
    },
    'parameter',
  )
  if (!isPerNeuron(layer.lagrangian))
    addBuffer(planning, `${name}/whole`, model.replicas * wholesOf(layer) * 4)
  planValues(planning, layer)
  if (chooses(layer)) addBuffer(planning, `${name}/still`, bytes)
  if (leakFacts(layer.leak).sendsState)
    for (const part of ['field', 'goals', 'nothing']) addBuffer(planning, `${name}/${part}`, bytes)
  if (isStimulated(model, layer)) {
    addBuffer(planning, `${name}/current`, bytes, { kind: 'zero' }, 'state')
    addBuffer(planning, `${name}/hold`, bytes, { kind: 'zero' }, 'state')
  }
}

/** Parts of a layer whose neurons share an activation. */
export function wholesOf({ lagrangian, size, shape }: Layer): number {
  return size / widthOf(lagrangian, shape)
}

/** A row for each replica, from its own network and its index there. */
function dealtToAll(model: Model, rowsOf: (model: Model) => Rows): Float32Array<ArrayBuffer> {
  const { columns } = rowsOf(model)
  const replicas = Array.from({ length: model.replicas }, (_, r) => r)
  return gatherRows(
    columns,
    replicas.map((r) => dealtRow(model, r, rowsOf)),
  )
}

/** True if the buffer of a bias has a row for each replica: the index of a replica starts again at each point. */
function hasTable(model: Model, layer: Layer): boolean {
  return model.variation !== undefined && hasOwnBias(model, layer)
}

/** Rows of the bias of a layer in its buffer; replica r reads row r mod rows. */
export function biasRows(model: Model, layer: Layer): number {
  return hasTable(model, layer) ? model.replicas : layer.bias.rows
}

/** Bytes of one vector of a layer for all replicas. */
function vectorBytes(planning: Planning, layer: Layer): number {
  return planning.model.replicas * vectorStride(layer.size) * 4
}

/** True if not all neurons of a layer move in every step. */
export function chooses({ update }: Layer): boolean {
  return !updateFacts(update).movesAll
}

/** True for a layer whose neurons may be held, by a stimulus or by its update. */
function isStimulated(model: Model, layer: Layer): boolean {
  return chooses(layer) || model.stimulus.some((item) => item.layer === layer.name)
}

/** Buffers of neuron/external-input.wgsl. */
export function driveBuffers(model: Model, layer: Layer): Record<string, string> {
  const stimulated = isStimulated(model, layer)
  return {
    bias: `${layer.name}/bias`,
    current: stimulated ? `${layer.name}/current` : 'none',
    hold: stimulated ? `${layer.name}/hold` : 'none',
  }
}

/** Constants of neuron/external-input.wgsl. */
export function driveConstants(model: Model, layer: Layer): Record<string, number> {
  return { STIMULATED: isStimulated(model, layer) ? 1 : 0 }
}

/** Stage 1 for one layer: at most one operation. */
export function planStimulus(planning: Planning, layer: Layer): Operation[] {
  const { model, clock } = planning
  const { name } = layer
  const items = model.stimulus
    .map((item, index) => ({ item, index, word: clock.stimulusWord + index }))
    .filter(({ item }) => item.layer === name)
  if (items.length === 0) return []
  const stride = vectorStride(layer.size)
  const cuesIn = (m: Model): Rows[] => items.flatMap(({ index }) => cuesOf(m, index))
  const { rows, startOf } = cueTable(model, name)
  const isVaried = items.some(({ index }) => cuesOf(model, index).length > 1)
  const lists = isVaried ? model.replicas : 1
  const table = new Uint32Array(lists * items.length * 4)
  for (let r = 0; r < lists; r++) {
    items.forEach(({ item, index, word }, k) => {
      const kind = ['initial', 'clamp', 'current'].indexOf(item.kind)
      table.set([kind, startOf(index, r), item.patterns.rows, word], (r * items.length + k) * 4)
    })
  }
  const masked = items.some(({ item }) => item.patterns.free !== undefined)
  addBuffer(planning, `${name}/items`, table.byteLength, { kind: 'data', make: () => table })
  addBuffer(planning, `${name}/cues`, rows * stride * 4, {
    kind: 'data',
    make: (m) => {
      const cues = new Float32Array(rows * stride)
      let row = 0
      for (const one of cuesIn(m)) {
        cues.set(dealRows(one, one.rows), row * stride)
        row += one.rows
      }
      return cues
    },
  })
  if (masked) {
    addBuffer(planning, `${name}/free`, rows * stride * 4, {
      kind: 'data',
      make: (m) => {
        const free = new Uint32Array(rows * stride)
        let row = 0
        for (const one of cuesIn(m))
          for (let k = 0; k < one.rows; k++, row++)
            if (one.free !== undefined)
              free.set(one.free.subarray(k * layer.size, (k + 1) * layer.size), row * stride)
        return free
      },
    })
  }
  return [
    operation(planning, {
      owner: name,
      act: 'stimulate',
      stage: 'stimulate',
      kernel: 'neuron/stimulate',
      constants: { MASKED: masked ? 1 : 0 },
      buffers: {
        items: `${name}/items`,
        cues: `${name}/cues`,
        free: masked ? `${name}/free` : 'none',
        state: `${name}/state`,
        current: `${name}/current`,
        hold: `${name}/hold`,
      },
      workgroups: perNeuron(planning, layer.size),
      params: () => ({
        size: layer.size,
        stride,
        itemCount: items.length,
        itemStep: isVaried ? items.length : 0,
        repetitions: repetitionsOf(model),
      }),
    }),
  ]
}

/** The choice of the neurons that move in this step: at most one operation, before all stages. */
export function choose(planning: Planning, layer: Layer): Operation[] {
  if (!chooses(layer)) return []
  const { model } = planning
  const { name, size } = layer
  return [
    operation(planning, {
      owner: name,
      act: 'choose',
      stage: 'integrate',
      kernel: 'neuron/choose',
      joined: { update: updateKind(layer.update) },
      buffers: { hold: `${name}/hold`, still: `${name}/still` },
      workgroups: perNeuron(planning, size),
      params: (m) => {
        const now = find(m.layers, name)
        return {
          size,
          layerStride: vectorStride(size),
          every: now.every,
          word: updateWord(now.update),
          seed: m.seed,
          layer: m.layers.findIndex((other) => other.name === name),
          repetitions: repetitionsOf(model),
        }
      },
      every: (m) => find(m.layers, name).every,
    }),
  ]
}

/** The output of one layer: g = dL/dx, or x where its output leaks. */
export function activate(planning: Planning, layer: Layer, stage: Stage): Operation {
  const { name } = layer
  const buffers = { state: `${name}/state`, activations: `${name}/activations` }
  return activationOf(planning, layer, leakFacts(layer.leak).sender, stage, buffers)
}

/** g of a Lagrangian derived from that of a layer. */
function activationOf(
  planning: Planning,
  layer: Layer,
  of: (lagrangian: Lagrangian) => Lagrangian,
  stage: Stage,
  buffers: Readonly<Record<'state' | 'activations', string>>,
): Operation {
  const { name, size } = layer
  const lagrangian = of(layer.lagrangian)
  const own = answersByNeuron({ lagrangian }) ? readingValues(planning.model, layer) : undefined
  const params: Operation['params'] = (model) => ({
    size,
    stride: vectorStride(size),
    ...(own?.fields ?? lagrangianFields(of(find(model.layers, name).lagrangian))),
  })
  if (isPerNeuron(lagrangian)) {
    return operation(planning, {
      owner: name,
      act: 'activate',
      stage,
      kernel: 'neuron/activate',
      joined: { lagrangian, ...own?.joined },
      buffers: { ...buffers, ...own?.buffers },
      workgroups: perNeuron(planning, size),
      params,
    })
  }
  const width = widthOf(lagrangian, layer.shape)
  return operation(planning, {
    owner: name,
    act: 'normalize',
    stage,
    kernel: 'neuron/normalize',
    ...reducing(planning, width, { lagrangian }),
    buffers: { ...buffers, whole: `${name}/whole` },
    workgroups: [planning.model.replicas, size / width, 1],
    params: (model) => ({ ...params(model), size: width, rows: size / width }),
  })
}

/**
 * g(b + I) of a layer whose output leaks, written to its buffer `goals` from its filled input buffer.
 * @param adds - false = no input
 */
export function planGoals(planning: Planning, layer: Layer, adds: boolean, stage: Stage): Operation[] {
  const { name, size } = layer
  // b + I as for an adiabatic layer without a clamp.
  const still: Layer = { ...layer, tau: 0, update: USUAL_UPDATE, leak: USUAL_LEAK }
  const step = stepping(planning, still, adds, false)
  return [
    operation(planning, {
      owner: name,
      act: 'collect',
      stage,
      kernel: 'neuron/integrate',
      ...step,
      buffers: {
        ...step.buffers,
        hold: step.buffers.hold === 'none' ? 'none' : `${name}/nothing`,
        state: `${name}/field`,
      },
      workgroups: perNeuron(planning, size),
    }),
    activationOf(planning, layer, (lagrangian) => lagrangian, stage, {
      state: `${name}/field`,
      activations: `${name}/goals`,
    }),
  ]
}

/** The part of a kernel that moves a layer towards the result of `planGoals`. */
export function approaching(planning: Planning, layer: Layer, reacts: boolean, turn?: Turn): Receiver {
  const step = stepping(planning, layer, false, reacts, turn)
  const { lagrangian: _, ...joined } = step.joined
  return {
    ...step,
    joined: { ...joined, goal: 'target' },
    buffers: { ...step.buffers, goals: `${layer.name}/goals` },
  }
}

/** True if parameters of the move of a dynamic layer differ by neuron: the move then needs a separate kernel. */
export function movesByNeuron(layer: Layer): boolean {
  const answers = answersByNeuron(layer) && leakFacts(layer.leak).sendsState
  return layer.tau > 0 && (layer.own !== undefined || answers)
}

/**
 * The part of a kernel that moves a layer: one step of a dynamic layer, x = b + I of an adiabatic one.
 * @param adds - whether earlier products have written the input buffer
 * @param reacts - whether to compute the activation too; possible only if L is a sum over neurons
 * @param turn - the stage of the step, if there are several
 */
export function stepping(
  planning: Planning,
  layer: Layer,
  adds: boolean,
  reacts: boolean,
  turn?: Turn,
): Receiver {
  const { model } = planning
  const { name, size, lagrangian } = layer
  const adiabatic = layer.tau === 0
  const { sendsState, sender } = leakFacts(layer.leak)
  const sent = sender(lagrangian)
  const active = reacts && isPerNeuron(sent) && !answersByNeuron({ lagrangian: sent })
  const isBetween = turn?.ends === 0
  const carried = isCarried(model, name)
  const own = movesByNeuron(layer) ? readingValues(model, layer) : undefined
  return {
    joined: {
      ...own?.joined,
      ending: !active ? 'step' : sendsState ? 'react-state' : 'react',
      ...((active || sendsState) && { lagrangian }),
      ...(sendsState && { goal: 'activation' }),
      ...(carried && { carried }),
      ...(turn && { staged: true }),
      noise: layer.noise,
    },
    constants: { ADIABATIC: adiabatic ? 1 : 0, ADDS: adds ? 1 : 0, ...driveConstants(model, layer) },
    buffers: {
      ...driveBuffers(model, layer),
      ...(chooses(layer) && { hold: `${name}/still` }),
      input: adds ? `${name}/input` : 'none',
      state: `${name}/state`,
      faults: 'faults',
      ...(carried && { carry: carryNameOf(name) }),
      ...(turn && { stages: `${name}/stages` }),
      ...(active && { activations: `${name}/activations` }),
      ...own?.buffers,
    },
    params: (m) => {
      const now = find(m.layers, name)
      return {
        size,
        layerStride: vectorStride(size),
        biasRows: biasRows(model, layer),
        rate: adiabatic ? 1 : rateOf(m, now.every, now.tau),
        // Noise is added once in each step.
        sigma: adiabatic || isBetween ? 0 : sigmaOf(m, now),
        seed: m.seed,
        layer: m.layers.findIndex((other) => other.name === name),
        fault: faultOf(m, name),
        repetitions: repetitionsOf(model),
        ...(carried && carryFields(m, name)),
        ...turn,
        ...((active || sendsState) && lagrangianFields(now.lagrangian)),
        ...(own && { ...own.fields, shakes: isBetween ? 0 : 1 }),
      }
    },
  }
}

/** The separate move of a layer, from its input buffer. */
export function integrate(planning: Planning, layer: Layer, stage: Stage, step: Receiver): Operation {
  const { name, size, tau } = layer
  return operation(planning, {
    owner: name,
    act: 'integrate',
    stage,
    kernel: 'neuron/integrate',
    ...step,
    workgroups: perNeuron(planning, size),
    every: (m) => (tau === 0 ? 1 : find(m.layers, name).every),
  })
}
