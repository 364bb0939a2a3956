/** Coupling matrices, W and Xi: products with activations, and learning. */
import { inverseTemperature } from '../kinds/lagrangians/table.ts'
import { movingRule, type RuleKind, SYNAPTIC } from '../kinds/rules/table.ts'
import type { Layer, Memory, Model, Synapse } from '../model/model.ts'
import { carryFields, carryNameOf, isCarried } from './carry.ts'
import { ALONE, type Making } from './kernels.ts'
import { type Matrix, unitOf, vectorStride } from './layout.ts'
import { addCarry, addFixedMatrix, addStages, baseBlockOf, mayFold, stageBuffers } from './matrices.ts'
import { biasRows, integrate, stepping } from './neurons.ts'
import type { Operation, Stage, Work } from './operation.ts'
import {
  type Planning,
  type Receiver,
  WORKGROUP,
  addBuffer,
  differs,
  faultOf,
  find,
  matrixNamed,
  operation,
  productWorkgroups,
  rateOf,
  stepOf,
  tileOf,
} from './planning.ts'
import { MOST_PENDING } from './clock.ts'
import type { Factored } from './factored.ts'
import { isStaged, type Turn } from './stages.ts'
import { type SwitchPlan, type Form, type Why, chooseForm, shapeKey } from './variants.ts'

/** Buffers of Xi and Lambda of one memory. */
export function planMemory(planning: Planning, memory: Memory): void {
  const { name } = memory
  const rule = movingRule(memory.rule)
  const learns = rule !== undefined
  const copies = learns ? planning.model.replicas : 1
  addFixedMatrix(
    planning,
    name,
    (m) => find(m.memories, name).init,
    memory.format,
    copies,
    learns ? 'state' : 'fixed',
  )
  if (isCarried(planning.model, name)) addCarry(planning, name)
  if (isStaged(planning.model, memory)) addStages(planning, name)
  if (rule?.base === 'init' || memory.bias !== undefined) {
    addFixedMatrix(planning, `${name}/base`, (m) => {
      const { bias, init } = find(m.memories, name)
      return bias ?? init
    })
  }
}

/** What a product takes from its matrix, layer and output besides the shape of the matrix. */
interface Product extends Work {
  readonly stage: Stage
  readonly kernel: 'matrix/recall' | 'matrix/project'
  readonly matrix: Matrix
  readonly vector: { readonly buffer: string; readonly size: number }
  readonly scale?: number
  readonly halfNorm?: boolean
  /** What belongs to the product besides its sum, with what that binds and is told; of `project`. */
  readonly making?: {
    readonly joined: Making
    readonly buffers?: Readonly<Record<string, string>>
    readonly params?: Readonly<Record<string, number>>
  }
  /** True = the matrix is symmetric, and only what is on and above its diagonal is read. */
  readonly folds?: boolean
  /** The softmax layer that the product comes back from, of which nothing else is read: both products in one. */
  readonly attends?: { readonly layer: Layer; readonly memory: Memory; readonly why: Why }
  readonly every?: Operation['every']
  /** What makes the vector, before. */
  readonly before?: readonly Operation[]
}

function workOf({ owner, act, into, part }: Product): Work {
  return { owner, act, ...(into !== undefined && { into }), ...(part !== undefined && { part }) }
}

/** A vector [replicas, stride] in which products are set or added up. */
export interface Output {
  readonly buffer: string
  readonly stride: number
}

/** Sets a product in an output, or adds it to what is there. */
function collecting({ buffer, stride }: Output, adds: boolean): Receiver {
  return {
    joined: { ending: 'collect' },
    constants: { ADDS: adds ? 1 : 0 },
    buffers: { output: buffer },
    params: () => ({ outputStride: stride }),
  }
}

/**
 * Product of a matrix with a vector a replica, block by block: `recall` A x, `project` A^T x. Replicas that share the
 * matrix are treated several at a time.
 * @param output - where blocks of a sum meet, and the product itself unless there is a `receiver`
 * @param adds - true = the output holds what comes before
 * @param receiver - takes the whole product, told whether it has to add what stands in the output
 */
export function planProduct(
  planning: Planning,
  product: Product,
  output: Output,
  adds = false,
  receiver: (adds: boolean) => Receiver = (more) => collecting(output, more),
): Operation[] {
  if (product.folds === true) return planFolded(planning, product, adds, receiver)
  if (product.attends !== undefined) return planAttended(planning, product, product.attends, receiver(adds))
  const { model } = planning
  const { kernel, matrix, vector, scale = 1, halfNorm = false, making, before = [] } = product
  const { columns, rows, format, blocks } = matrix
  const recalls = kernel === 'matrix/recall'
  const shared = matrix.copies === 1
  const states = shared ? model.replicas : 1
  const { form, why } = formOf(planning, product, states)
  const { workgroup, ...tile } = form
  const products = blocks.map((block) => {
    // A block holds whole copies, or rows of one.
    const row0 = block.start % rows
    const count = Math.min(rows - row0, block.count)
    const replicas = shared ? model.replicas : block.count / count
    const isLast = recalls || row0 + count === rows
    const more = adds || (!recalls && row0 > 0)
    const { joined, constants, buffers, params } = isLast ? receiver(more) : collecting(output, more)
    return operation(planning, {
      ...workOf(product),
      stage: product.stage,
      kernel,
      joined: {
        format,
        tile,
        ...joined,
        ...(making !== undefined && { making: making.joined }),
      },
      constants: {
        WORKGROUP: workgroup,
        ...constants,
        ...(recalls && { HALF_NORM: halfNorm ? 1 : 0 }),
      },
      why,
      buffers: { matrix: block.buffer, vector: vector.buffer, ...making?.buffers, ...buffers },
      workgroups: productWorkgroups(recalls ? 'recall' : 'project', form, { rows: count, columns, replicas }),
      params: (m) => ({
        row0,
        rows: count,
        columns,
        stride: matrix.stride,
        copyRows: shared ? 0 : rows,
        replica0: shared ? 0 : Math.floor(block.start / rows),
        replicas,
        vectorStride: vectorStride(vector.size),
        scale,
        ...making?.params,
        ...params(m),
      }),
      ...(product.every === undefined ? {} : { every: product.every }),
    })
  })
  return [...before, ...products]
}

/** Rows that one invocation of matrix/fold goes down on adapters that need many of them. */
const FOLDED_ROWS = 128

/** The same for a symmetric matrix of every replica, folded at its diagonal: partial sums, and their sum. */
function planFolded(
  planning: Planning,
  product: Product,
  adds: boolean,
  receiver: (adds: boolean) => Receiver,
): Operation[] {
  const { model, software, workgroup } = planning
  const { stage, matrix, vector, making, scale = 1, every, before = [] } = product
  const { stride, columns } = matrix
  const quads = stride / 4
  const strips = Math.ceil(quads / 2)
  const chunk = software ? 8 * strips : FOLDED_ROWS
  const chunks = Math.ceil((8 * strips) / chunk)
  const partials = strips + chunks
  const partial = `${product.into}/partial`
  addBuffer(planning, partial, model.replicas * partials * stride * 4)
  const rate = every === undefined ? {} : { every }
  // Strips are of very different lengths: small workgroups share them out evenly among few cores.
  const group = software ? Math.min(8, workgroup) : workgroup
  const folds = matrix.blocks.map(({ buffer, start, count }) => {
    const params = { columns, stride, chunk, replica0: start / matrix.rows, partials }
    return operation(planning, {
      ...workOf(product),
      act: 'fold',
      stage,
      kernel: 'matrix/fold',
      constants: { WORKGROUP: group },
      buffers: { matrix: buffer, vector: vector.buffer, partial },
      workgroups: [Math.ceil(strips / group), chunks, count / matrix.rows],
      params: () => params,
      ...rate,
    })
  })
  const { joined, constants, buffers, params } = receiver(adds)
  const gathers = operation(planning, {
    ...workOf(product),
    stage,
    kernel: 'matrix/gather',
    joined: { ...joined, ...(making !== undefined && { making: making.joined }) },
    constants,
    buffers: { partial, ...making?.buffers, ...buffers },
    workgroups: [Math.ceil(quads / workgroup), model.replicas, 1],
    params: (m) => ({
      columns,
      stride,
      chunk,
      replica0: 0,
      partials,
      scale,
      ...making?.params,
      ...params(m),
    }),
    ...rate,
  })
  return [...before, ...folds, gathers]
}

/** Groups of four columns that a lane of matrix/attend holds in registers, and the most lanes of a workgroup. */
const ATTENDED_QUADS = 4
const ATTENDED_LANES = 256

/** Rows that a workgroup of matrix/attend goes down; its partial result costs as much as one of them. */
const ATTENDED_ROWS = 16

/** Bytes of a memory from which on reading it once is worth partial results, on adapters where bytes decide. */
const LEAST_ATTENDED = 2 ** 18

/**
 * Whether a layer attends to its memory. It may where the layer is adiabatic softmax, the memory is its only coupling and does
 * not learn, so that in a tick nothing reads the layer but what it sends back.
 */
export function attentionOf(planning: Planning, layer: Layer): SwitchPlan | undefined {
  const { model, variants, tuned, software, workgroup } = planning
  const { name } = layer
  const [memory, ...others] = model.memories.filter(({ from, to }) => from === name || to === name)
  if (layer.tau > 0 || inverseTemperature(layer.lagrangian) === undefined) return undefined
  if (memory?.to !== name || others.length > 0 || memory.tau !== undefined) return undefined
  if (model.stimulus.some((item) => item.layer === name)) return undefined
  const { blocks, columns, rows, format, copies } = matrixNamed(planning, memory.name)
  const [block] = blocks
  const most = 4 * ATTENDED_QUADS * (workgroup < WORKGROUP ? workgroup : ATTENDED_LANES)
  if (block === undefined || blocks.length > 1 || columns > most) return undefined
  if (differs(model, (m) => attending(m, layer, memory))) return undefined
  const shape = { product: 'attend', format, rows, columns, states: model.replicas, copies } as const
  // Several states share what two products read; one would read it again for each.
  const isOpen = !software && model.replicas === 1 && block.bytes >= LEAST_ATTENDED
  const found = isOpen ? onOff(tuned[shapeKey(shape)]) : undefined
  const { every } = find(model.layers, memory.from)
  const plan = { name: 'attend', ...shape, every, isOpen } as const
  if (variants.attend !== undefined) return { ...plan, form: variants.attend, why: 'forced' }
  if (found !== undefined) return { ...plan, form: found, why: 'tuned' }
  return { ...plan, form: isOpen ? 'on' : 'off', why: 'default' }
}

/** A cache may hold anything. */
function onOff(text: string | undefined): 'on' | 'off' | undefined {
  return text === 'on' || text === 'off' ? text : undefined
}

/** Invocations of a workgroup of matrix/attend, groups of four columns that each holds in registers, blocks of rows. */
export function attendedTile(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  workgroup = WORKGROUP,
): { readonly lanes: number; readonly across: number; readonly blocks: number; readonly blockRows: number } {
  const quads = Math.ceil(columns / 4)
  const sizes = workgroup < WORKGROUP ? [workgroup] : [64, 128, ATTENDED_LANES]
  const lanes = sizes.find((size) => size * ATTENDED_QUADS >= quads) ?? ATTENDED_LANES
  const held = Math.ceil(quads / lanes)
  return {
    lanes,
    across: held === 3 ? ATTENDED_QUADS : held,
    blocks: Math.ceil(rows / ATTENDED_ROWS),
    blockRows: ATTENDED_ROWS,
  }
}

/** What `vary` may make different. */
function attending(m: Model, { name }: Layer, memory: Memory): Record<string, number> {
  const beta = inverseTemperature(find(m.layers, name).lagrangian) ?? 0
  return { beta, scale: unitOf(find(m.memories, memory.name)) }
}

/** Xi^T softmax(beta (b + Xi v)) with Xi read once: blocks of rows, and what they make together. */
function planAttended(
  planning: Planning,
  product: Product,
  { layer, memory, why }: NonNullable<Product['attends']>,
  { joined, constants, buffers, params }: Receiver,
): Operation[] {
  const { model, workgroup } = planning
  const { stage, matrix, every } = product
  const { rows, columns, stride, format } = matrix
  const quads = Math.ceil(columns / 4)
  const { lanes, across, blocks, blockRows } = attendedTile(matrix, workgroup)
  const from = find(model.layers, memory.from)
  const partial = `${layer.name}/blocks`
  addBuffer(planning, partial, model.replicas * blocks * (quads + 1) * 16)
  const rate = every === undefined ? {} : { every }
  return [
    operation(planning, {
      ...workOf(product),
      act: 'attend',
      stage,
      kernel: 'matrix/attend',
      why,
      joined: { format, tile: { ...ALONE, across } },
      constants: { WORKGROUP: lanes, HALF_NORM: memory.inputOffset === 'half-norm' ? 1 : 0 },
      buffers: {
        matrix: matrix.blocks[0]?.buffer as string,
        vector: `${from.name}/activations`,
        bias: `${layer.name}/bias`,
        partial,
      },
      workgroups: [blocks, model.replicas, 1],
      params: (m) => ({
        rows,
        columns,
        stride,
        vectorStride: vectorStride(columns),
        biasRows: biasRows(model, layer),
        biasStride: vectorStride(rows),
        blockRows,
        ...attending(m, layer, memory),
      }),
      ...rate,
    }),
    operation(planning, {
      ...workOf(product),
      stage,
      kernel: 'matrix/merge',
      joined,
      constants,
      buffers: { partial, ...buffers },
      workgroups: [Math.ceil(quads / workgroup), model.replicas, 1],
      params: (m) => ({ columns, blocks, ...attending(m, layer, memory), ...params(m) }),
      ...rate,
    }),
  ]
}

/** The form of a product for so many states that share its matrix; the plan keeps those of ticks. */
function formOf(
  planning: Planning,
  { kernel, matrix, stage, every }: Pick<Product, 'kernel' | 'matrix' | 'stage' | 'every'>,
  states: number,
): { readonly form: Form; readonly why: Why } {
  const { model, variants, pins, tuned, software, lanes, workgroup, products } = planning
  const product = kernel === 'matrix/recall' ? 'recall' : 'project'
  const { format, rows, columns, copies } = matrix
  const shape = { product, format, rows, columns, states, copies } as const
  const usual = tileOf(planning, shape)
  const all = variants[product]
  // Probes are seldom due: for them a tile that compiles quickly where that takes long.
  if (stage === 'probe') {
    const quick = { ...ALONE, states: states >= 4 ? 4 : 1 }
    const standard = software ? quick : usual
    return chooseForm(shape, { all, tuned: undefined, standard: { ...standard, workgroup } }, lanes)
  }
  const name = `${product}:${matrix.name}` as const
  const forms = {
    own: { name, form: variants[name] },
    kept: pins[name],
    all,
    tuned: tuned[shapeKey(shape)],
    standard: { ...usual, workgroup },
  }
  const chosen = chooseForm(shape, forms, lanes)
  products.set(name, { name, ...shape, ...chosen, every: every?.(model) ?? 1 })
  return chosen
}

/** Everything that memories and synapses send to a layer, in the order in which it is summed. */
function productsOf(planning: Planning, layer: Layer, stage: Stage): Product[] {
  const { model } = planning
  const { name } = layer
  const every: Operation['every'] = (m) => (stage === 'integrate' ? find(m.layers, name).every : 1)
  const from = (other: string): Product['vector'] => ({
    buffer: `${other}/activations`,
    size: find(model.layers, other).size,
  })
  const products: Product[] = []
  for (const memory of model.memories) {
    const matrix = matrixNamed(planning, memory.name)
    const common = { stage, matrix, scale: unitOf(memory), every }
    const to = find(model.layers, memory.to)
    const attention = attentionOf(planning, to)
    if (memory.from === name)
      products.push({
        ...common,
        ...(stage === 'integrate' &&
          attention?.form === 'on' && { attends: { layer: to, memory, why: attention.why } }),
        owner: memory.name,
        act: 'project',
        into: name,
        kernel: 'matrix/project',
        vector: from(memory.to),
      })
    if (memory.to === name)
      products.push({
        ...common,
        owner: memory.name,
        act: 'recall',
        into: name,
        kernel: 'matrix/recall',
        vector: from(memory.from),
        halfNorm: memory.inputOffset === 'half-norm',
      })
  }
  for (const synapse of model.synapses)
    if (synapse.layer === name) products.push(...couplingProducts(planning, synapse, stage, every))
  return products
}

/** W g of one synapse, in terms that are summed. */
export function couplingProducts(
  planning: Planning,
  synapse: Synapse,
  stage: Stage,
  every: Operation['every'],
): Product[] {
  const { name, layer } = synapse
  const { size } = find(planning.model.layers, layer)
  const activations = { buffer: `${layer}/activations`, size }
  const factored = planning.factored.get(name)
  const common = {
    owner: name,
    into: layer,
    stage,
    every,
    kernel: 'matrix/project',
    vector: activations,
  } as const
  // W is symmetric: W g = W^T g.
  if (factored === undefined) {
    const matrix = matrixNamed(planning, name)
    // One that changes may be written with anything.
    const folds = synapse.tau === undefined && mayFold(planning, matrix)
    return [{ ...common, act: 'project', matrix, folds }]
  }
  const products: Product[] = []
  const { base, deferral } = factored
  if (factored.patterns !== undefined)
    products.push(hebbianProduct(planning, factored, factored.patterns, common))
  if (base !== undefined)
    products.push({
      ...common,
      act: 'project',
      part: 'base',
      matrix: base,
      folds: mayFold(planning, base),
    })
  if (deferral !== undefined) {
    const { ring, excess, ringWord } = deferral
    const traces = { buffer: `${name}/traces`, stride: MOST_PENDING }
    const weighed: Receiver = {
      joined: { ending: 'weigh' },
      constants: {},
      buffers: { output: traces.buffer },
      params: () => ({ outputStride: MOST_PENDING, ringWord }),
    }
    products.push(
      {
        ...common,
        act: 'project',
        part: 'ring',
        matrix: ring,
        vector: { buffer: traces.buffer, size: MOST_PENDING },
        before: planProduct(
          planning,
          { ...common, act: 'recall', part: 'ring', kernel: 'matrix/recall', matrix: ring },
          traces,
          false,
          () => weighed,
        ),
      },
      {
        ...common,
        act: 'project',
        part: 'excess',
        matrix: excess,
        folds: deferral.isFolded,
        making: { joined: 'fading', params: { ringWord } },
      },
    )
  }
  return products
}

/** J g = P^T (P g) / N, without the diagonal where that is 0. */
function hebbianProduct(
  planning: Planning,
  { name, diagonal }: Factored,
  patterns: Matrix,
  common: Pick<Product, 'owner' | 'into' | 'stage' | 'every' | 'kernel' | 'vector'>,
): Product {
  const { vector } = common
  const coefficients = { buffer: `${name}/coefficients`, stride: vectorStride(patterns.rows) }
  return {
    ...common,
    act: 'project',
    part: 'patterns',
    matrix: patterns,
    vector: { buffer: coefficients.buffer, size: patterns.rows },
    scale: 1 / patterns.columns,
    before: planProduct(
      planning,
      { ...common, act: 'recall', part: 'patterns', kernel: 'matrix/recall', matrix: patterns },
      coefficients,
    ),
    ...(diagonal !== undefined && {
      making: {
        joined: 'hollow',
        buffers: { diagonal, own: vector.buffer },
        params: { ownStride: vectorStride(patterns.columns) },
      },
    }),
  }
}

function inputOf(layer: Layer): Output {
  return { buffer: `${layer.name}/input`, stride: vectorStride(layer.size) }
}

/** I_x: everything that memories and synapses send to a layer, summed into its input buffer. */
export function planInput(planning: Planning, layer: Layer, stage: Stage): Operation[] {
  return productsOf(planning, layer, stage).flatMap((product, index) =>
    planProduct(planning, product, inputOf(layer), index > 0),
  )
}

/**
 * The move of a layer (neurons.ts), with everything it receives: the last product is not written down but moves the
 * layer at once, where the adapter binds so many buffers to a kernel and all replicas have the same parameters.
 * @param follows - true = the activation follows the state at once: nothing reads the old one any more
 * @param turn - the stage of the step, where it has several
 * @returns the products that come before, and the move
 */
export function planMove(
  planning: Planning,
  layer: Layer,
  stage: Stage,
  follows: boolean,
  turn?: Turn,
): { readonly input: Operation[]; readonly move: Operation[] } {
  const { model } = planning
  const products = productsOf(planning, layer, stage)
  const last = products.at(-1)
  const output = inputOf(layer)
  const inputStage: Stage = stage === 'integrate' ? 'input' : stage
  const collected = (list: readonly Product[]): Operation[] =>
    list.flatMap((product, index) =>
      planProduct(planning, product, output, index > 0).map((one) => ({ ...one, stage: inputStage })),
    )
  // A kernel may not write what it reads: a layer that sends to itself keeps its activation until the next tick.
  const read = last && [
    ...(last.folds === true || last.attends !== undefined ? [] : [last.vector.buffer]),
    ...Object.values(last.making?.buffers ?? {}),
  ]
  const reacts = follows && read?.includes(`${layer.name}/activations`) !== true
  const receiver = (adds: boolean): Receiver => stepping(planning, layer, adds, reacts, turn)
  const varies = differs(model, receiver(false).params)
  const mayFuse = planning.variants.fuse !== 'off' && !varies
  if (last !== undefined && mayFuse) {
    const before = (last.before ?? []).map((one) => ({ ...one, stage: inputStage }))
    const move = planProduct(planning, { ...last, before: [] }, output, products.length > 1, receiver)
    const { maxStorageBuffersPerShaderStage } = planning.limits
    // The clock record is one more.
    if (move.every(({ kernel }) => kernel.bindings.length < maxStorageBuffersPerShaderStage))
      return { input: [...collected(products.slice(0, -1)), ...before], move }
  }
  return {
    input: collected(products),
    // A table of parameters is one buffer more.
    move: [
      integrate(
        planning,
        layer,
        stage,
        stepping(planning, layer, products.length > 0, follows && !varies, turn),
      ),
    ],
  }
}

/** dW/dt of one synapse. */
export function plasticity(planning: Planning, synapse: Synapse, turn?: Turn): Operation[] {
  if (synapse.tau === undefined) return []
  const { name, layer } = synapse
  const { deferral } = planning.factored.get(name) ?? {}
  if (deferral !== undefined) return [deferral.remember, ...deferral.rewrite]
  return planLearning(planning, name, {
    stage: 'plasticity',
    rule: SYNAPTIC,
    turn,
    rowLayer: layer,
    columnLayer: layer,
    group: (m) => {
      const { tau, every, strength } = find(m.synapses, name)
      return { tau: tau as number, every, parameters: [strength / find(m.layers, layer).size] }
    },
  })
}

/** dXi/dt of one memory. */
export function learn(planning: Planning, memory: Memory, turn?: Turn): Operation[] {
  if (memory.tau === undefined) return []
  const { name } = memory
  return planLearning(planning, name, {
    stage: 'learn',
    rule: memory.rule,
    turn,
    rowLayer: memory.to,
    columnLayer: memory.from,
    group: (m) => {
      const { tau, every } = find(m.memories, name)
      return { tau: tau as number, every, parameters: [1] }
    },
  })
}

interface Learning {
  readonly stage: Stage
  readonly rule: RuleKind
  /** The stage of the step, where it has several. */
  readonly turn: Turn | undefined
  readonly rowLayer: string
  readonly columnLayer: string
  /** `parameters` are the vector p of the WGSL of the rule. */
  readonly group: (model: Model) => { tau: number; every: number; parameters: readonly number[] }
}

/** Rows that one invocation of matrix/learn goes down. */
const LEARNT_ROWS = 8

function planLearning(planning: Planning, name: string, learning: Learning): Operation[] {
  const { model, matrices, workgroup, limits } = planning
  const { turn } = learning
  const matrix = matrixNamed(planning, name)
  const base = matrices.get(`${name}/base`)
  const stride = (layer: string): number => vectorStride(find(model.layers, layer).size)
  return matrix.blocks.map((block, index) => {
    const carried = matrices.get(carryNameOf(name))?.blocks[index]
    const invocations = Math.ceil(block.count / LEARNT_ROWS) * (matrix.stride / 4)
    const groups = Math.ceil(invocations / workgroup)
    const across = Math.min(groups, limits.maxComputeWorkgroupsPerDimension)
    const baseBlock = base && baseBlockOf(base, block.start % matrix.rows)
    return operation(planning, {
      owner: name,
      act: 'learn',
      stage: learning.stage,
      kernel: 'matrix/learn',
      constants: { BASED: baseBlock === undefined ? 0 : 1, ROWS: LEARNT_ROWS },
      joined: {
        rule: learning.rule,
        integrator: model.time.integrator,
        ...(carried && { carried: true }),
        ...(turn && { staged: true }),
      },
      buffers: {
        matrix: block.buffer,
        ...(carried && { carry: carried.buffer }),
        ...(turn && stageBuffers(planning, name, index)),
        base: baseBlock?.buffer ?? 'none',
        rowActivations: `${learning.rowLayer}/activations`,
        columnActivations: `${learning.columnLayer}/activations`,
        faults: 'faults',
      },
      workgroups: [across, Math.ceil(groups / across), 1],
      params: (m) => {
        const { tau, every, parameters } = learning.group(m)
        const [r0 = 0, r1 = 0, r2 = 0, r3 = 0] = parameters
        return {
          start: block.start,
          count: block.count,
          rows: matrix.rows,
          stride: matrix.stride,
          rowStride: stride(learning.rowLayer),
          columnStride: stride(learning.columnLayer),
          across: across * workgroup,
          baseStart: baseBlock?.start ?? 0,
          rate: rateOf(m, every, tau),
          ratio: stepOf(m, every) / tau,
          ...{ r0, r1, r2, r3 },
          fault: faultOf(m, name),
          ...(carried && carryFields(m, name)),
          ...turn,
        }
      },
      every: (m) => learning.group(m).every,
    })
  })
}
