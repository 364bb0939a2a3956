/** A plan on a device: buffers with their contents, bind groups, and the commands that the scheduler encodes. */
import { RunError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import { packBlock, roundUp, slicesOf } from '../plan/layout.ts'
import { type BufferPlan, type Operation, overridesOf } from '../plan/operation.ts'
import { type Plan, operationsOf } from '../plan/plan.ts'
import type { Batched } from '../plan/batched.ts'
import { type Derived, onDemand } from '../plan/derived.ts'
import type { Deferred } from '../plan/deferred.ts'
import { type Pipeline, clockLayout, pipelineOf } from './pipelines.ts'

/** An operation ready to be encoded. */
export interface Command {
  readonly operation: Operation
  readonly pipeline: GPUComputePipeline
  readonly bindGroup: GPUBindGroup
  readonly x: number
  readonly y: number
  readonly z: number
  /** Rate divider; follows the model. */
  every: number
}

/** The dispatch of many ticks, and the copies around it. */
export interface BatchedCommand {
  readonly command: Command
  /** Brings what the kernel reads into its arena; and what it has changed back to where everything else finds it. */
  readonly copyIn: (encoder: GPUCommandEncoder) => void
  readonly copyOut: (encoder: GPUCommandEncoder) => void
}

/** What follows from the state, with the commands that make it and take it back. */
export interface DerivedCommands {
  readonly derived: Derived
  /** Whether its buffers are there: those on demand are not before `buffer` is called with one of them. */
  readonly isThere: boolean
  /** Empty before they are. */
  readonly make: readonly Command[]
  readonly takeBack: readonly Command[]
}

/** A group whose updates are deferred, with the commands that carry them out. */
export interface DeferredCommands {
  readonly deferred: Deferred
  readonly flush: readonly Command[]
}

export interface Engine {
  readonly device: GPUDevice
  readonly plan: Plan
  readonly stimulate: readonly Command[]
  readonly prepare: readonly Command[]
  readonly tick: readonly Command[]
  readonly refresh: readonly Command[]
  /** One list a probe. */
  readonly probes: readonly (readonly Command[])[]
  /** In the order of the plan. */
  readonly derived: readonly DerivedCommands[]
  readonly deferred: readonly DeferredCommands[]
  /** Where there is one and it is compiled, in place of `stimulate`, `tick` and `probes`. */
  readonly batched: BatchedCommand | undefined
  /** Compiles the batched form of the plan, unless that is done or on its way, without holding anything up. */
  compileBatched(): void
  /** The records that the ticks of one submit find in group 1. */
  readonly clock: { readonly buffer: GPUBuffer; readonly group: GPUBindGroup; readonly records: number }
  /** The buffer of a name in the plan; one on demand is made now. */
  buffer(name: string): GPUBuffer
  /** Makes the parameters of a model act on the next tick: uniforms, rates and biases. No pipeline is built. */
  update(model: Model): void
  /** Uploads the arrays of a model that differs from the one before in nothing but its patterns; states stay. */
  adopt(before: Model, next: Model): void
  /** Puts every buffer that a run changes back to what it holds at tick 0. */
  reset(model: Model): void
  destroy(): void
}

/** Ticks one submit can hold. */
const CLOCK_TICKS = 256

/** Bytes of a matrix that are packed and uploaded at once: what the host holds of it besides its rows. */
const SLICE_BYTES = 2 ** 24

/** Offsets of uniform bindings; portable. */
const UNIFORM_ALIGNMENT = 256

/**
 * Compiles the kernels of a plan, in the order of its operations; each only once a device, so that it can be done ahead.
 * @throws RunError or ModelError where a kernel does not compile
 */
export async function compilePlan(device: GPUDevice, plan: Plan): Promise<void> {
  const needed = operationsOf(plan).filter((operation) => operation !== plan.batched?.operation)
  await whole(needed.map((operation) => compile(device, operation)))
}

/** Waits for all, and fails with the first that failed: who then gives the device up has nothing running on it. */
async function whole<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}

function compile(device: GPUDevice, operation: Operation): Promise<Pipeline> {
  return pipelineOf(device, operation.kernel, overridesOf(operation))
}

/**
 * Allocates a plan on a device, uploads the model and runs the set-up.
 * @param isLater - true = the batched form is not compiled before `compileBatched`
 * @throws RunError if the device has not enough memory or a kernel does not compile
 */
export async function createEngine(
  device: GPUDevice,
  plan: Plan,
  model: Model,
  isLater = false,
): Promise<Engine> {
  const operations = operationsOf(plan)
  const pipelines = await whole(
    operations.map(async (one) =>
      isLater && one === plan.batched?.operation ? undefined : compile(device, one),
    ),
  )

  device.pushErrorScope('out-of-memory')
  const allocate = ({ name, bytes }: BufferPlan): GPUBuffer =>
    device.createBuffer({
      label: name,
      size: bytes,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    })
  const buffers = new Map(
    plan.buffers
      .filter(({ lifetime }) => lifetime !== 'demand')
      .map((planned) => [planned.name, allocate(planned)]),
  )
  const uniformBytes = operations.map(({ kernel }) =>
    kernel.varied ? 0 : roundUp(Math.max(16, kernel.fields.length * 4), UNIFORM_ALIGNMENT),
  )
  const uniforms = device.createBuffer({
    label: 'uniforms',
    size: Math.max(
      UNIFORM_ALIGNMENT,
      uniformBytes.reduce((sum, bytes) => sum + bytes, 0),
    ),
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  })
  /** Of operations whose parameters vary: a row for each replica. */
  const tables = operations.map(({ kernel, label }) =>
    kernel.varied
      ? device.createBuffer({
          label: `${label}/table`,
          size: model.replicas * kernel.fields.length * 4,
          usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
        })
      : undefined,
  )
  const clockRecords = CLOCK_TICKS * plan.clock.perTick
  const clockBuffer = device.createBuffer({
    label: 'clock',
    // One more, so that there is always one that ends what a kernel for many ticks reads.
    size: (clockRecords + 1) * plan.clock.recordBytes,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
  })
  let isGone = false
  const destroy = (): void => {
    isGone = true
    for (const buffer of [...buffers.values(), ...tables, uniforms, clockBuffer]) buffer?.destroy()
  }
  const outOfMemory = await device.popErrorScope()
  if (outOfMemory !== null) {
    destroy()
    throw new RunError(
      `the device has not the ${plan.bytes} bytes that the network needs; use fewer neurons or replicas`,
    )
  }

  const demanded = new Set(
    plan.buffers.flatMap(({ name, lifetime }) => (lifetime === 'demand' ? [name] : [])),
  )
  const buffer = (name: string): GPUBuffer => {
    if (demanded.has(name)) provide(name)
    const found = name === 'clock' ? clockBuffer : buffers.get(name)
    if (found === undefined) throw new Error(`the plan has no buffer \`${name}\``)
    return found
  }

  const image = new ArrayBuffer(uniforms.size)
  const slots: { readonly write: (model: Model) => void }[] = []
  const commands = new Map<Operation, Command>()
  const addSlot = (
    operation: Operation,
    start: number,
    table: GPUBuffer | undefined,
    made: Pipeline,
  ): void => {
    const { kernel, workgroups } = operation
    const { pipeline, layout } = made
    const size = Math.max(16, kernel.fields.length * 4)
    const command: Command = {
      operation,
      pipeline,
      bindGroup: device.createBindGroup({
        label: operation.label,
        layout,
        entries: [
          {
            binding: 0,
            resource: table === undefined ? { buffer: uniforms, offset: start, size } : { buffer: table },
          },
          ...kernel.bindings.map((binding) => ({
            binding: binding.index,
            resource: { buffer: buffer(operation.buffers[binding.name] as string) },
          })),
        ],
      }),
      x: workgroups[0],
      y: workgroups[1],
      z: workgroups[2],
      every: 1,
    }
    commands.set(operation, command)
    slots.push({
      write: (current) => {
        command.every = operation.every(current)
        if (table === undefined) putParams(operation, operation.params(current), image, start)
        else device.queue.writeBuffer(table, 0, tableOf(operation, current))
      },
    })
  }
  let offset = 0
  let addBatched: ((made: Pipeline) => void) | undefined
  const addLater = new Map<Operation, () => void>()
  const later = new Set(plan.derived.flatMap(onDemand))
  operations.forEach((operation, index) => {
    const [start, table, made] = [offset, tables[index], pipelines[index]]
    if (made === undefined) addBatched = (compiled) => addSlot(operation, start, table, compiled)
    else if (later.has(operation)) addLater.set(operation, () => addSlot(operation, start, table, made))
    else addSlot(operation, start, table, made)
    offset += uniformBytes[index] as number
  })
  const commandOf = (operation: Operation): Command => commands.get(operation) as Command
  const commandsOf = (list: readonly Operation[]): Command[] => list.map(commandOf)

  /** Uploads a block slice by slice, with a stop between two. */
  function* upload(
    { matrix, block, of }: Extract<BufferPlan['initial'], { kind: 'rows' }>,
    current: Model,
  ): Generator<void> {
    const rows = of(current)
    for (const { slice, offset } of slicesOf(matrix, block, SLICE_BYTES)) {
      if (offset > 0) yield
      device.queue.writeBuffer(buffer(block.buffer), offset, packBlock(matrix, slice, rows))
      device.queue.submit([])
    }
  }

  const fill = (planned: BufferPlan, current: Model): void => {
    const target = buffer(planned.name)
    if (planned.initial.kind === 'rows') {
      Array.from(upload(planned.initial, current))
      return
    }
    if (planned.initial.kind === 'data') {
      const data = planned.initial.make(current)
      device.queue.writeBuffer(target, 0, data)
      return
    }
    const encoder = device.createCommandEncoder({ label: `${planned.name}/fill` })
    if (planned.initial.kind === 'zero') {
      encoder.clearBuffer(target)
    } else {
      const source = buffer(planned.initial.of)
      const bytes = planned.bytes / planned.initial.times
      for (let copy = 0; copy < planned.initial.times; copy++)
        encoder.copyBufferToBuffer(source, 0, target, copy * bytes, bytes)
    }
    device.queue.submit([encoder.finish()])
  }

  /** Fills a buffer; of what stages a large one on the host, each slice is freed before the next. */
  const load = async (planned: BufferPlan, current: Model): Promise<void> => {
    if (planned.initial.kind !== 'rows') {
      fill(planned, current)
      return
    }
    const stops = upload(planned.initial, current)
    while (stops.next().done !== true) await device.queue.onSubmittedWorkDone()
  }

  let latest = model
  const update = (current: Model): void => {
    latest = current
    for (const { write } of slots) write(current)
    device.queue.writeBuffer(uniforms, 0, image)
    for (const planned of plan.buffers) if (planned.lifetime === 'parameter') fill(planned, current)
  }
  const reset = (current: Model): void => {
    for (const planned of plan.buffers) if (planned.lifetime === 'state') fill(planned, current)
  }

  const batchedOf = ({ operation, arena, parts }: Batched): BatchedCommand => ({
    command: commandOf(operation),
    copyIn(encoder) {
      for (const { buffer: name, offset, bytes } of parts)
        encoder.copyBufferToBuffer(buffer(name), 0, buffer(arena), offset, bytes)
    },
    copyOut(encoder) {
      for (const { buffer: name, offset, bytes, writes } of parts)
        if (writes) encoder.copyBufferToBuffer(buffer(arena), offset, buffer(name), 0, bytes)
    },
  })

  const setUp = (commands: readonly Command[]): void => {
    for (const command of commands) {
      // One submit each: a set-up of many products must not run into the watchdog of a slow adapter.
      const encoder = device.createCommandEncoder({ label: command.operation.label })
      const pass = encoder.beginComputePass({ label: command.operation.label })
      pass.setPipeline(command.pipeline)
      pass.setBindGroup(0, command.bindGroup)
      pass.dispatchWorkgroups(command.x, command.y, command.z)
      pass.end()
      device.queue.submit([encoder.finish()])
    }
  }
  const uploaded = plan.buffers.filter(
    ({ lifetime, initial }) => lifetime === 'fixed' && (initial.kind === 'data' || initial.kind === 'rows'),
  )

  let batched = plan.batched === undefined || isLater ? undefined : batchedOf(plan.batched)
  const compileBatched = (): void => {
    const { batched: planned } = plan
    const add = addBatched
    if (planned === undefined || add === undefined) return
    addBatched = undefined
    compile(device, planned.operation).then(
      (made) => {
        if (isGone) return
        add(made)
        update(latest)
        batched = batchedOf(planned)
      },
      // What does not compile is not needed.
      () => undefined,
    )
  }

  const there = new Set(plan.derived.filter(({ made }) => made !== 'demand'))
  /** Allocates what a buffer on demand is one of. */
  function provide(name: string): void {
    const owner = plan.derived.find((one) => one.buffers.includes(name))
    if (owner === undefined) throw new Error(`nothing writes the buffer \`${name}\``)
    there.add(owner)
    for (const planned of plan.buffers) {
      if (!owner.buffers.includes(planned.name) || !demanded.delete(planned.name)) continue
      buffers.set(planned.name, allocate(planned))
    }
    for (const operation of onDemand(owner)) addLater.get(operation)?.()
    update(latest)
    setUp(commandsOf(owner.setup))
  }
  const derived = plan.derived.map((one): DerivedCommands => ({
    derived: one,
    get isThere() {
      return there.has(one)
    },
    get make() {
      return there.has(one) ? commandsOf(one.make) : []
    },
    get takeBack() {
      return there.has(one) ? commandsOf(one.takeBack) : []
    },
  }))

  update(model)
  for (const planned of uploaded) await load(planned, model)
  setUp(commandsOf(plan.setup))
  for (const planned of plan.buffers) if (planned.lifetime === 'state') await load(planned, model)

  return {
    device,
    plan,
    stimulate: commandsOf(plan.stimulate),
    prepare: commandsOf(plan.prepare),
    tick: commandsOf(plan.tick),
    refresh: commandsOf(plan.refresh),
    probes: plan.probes.map((probe) => commandsOf(probe.operations)),
    derived,
    deferred: plan.deferred.map((one) => ({ deferred: one, flush: commandsOf(one.flush) })),
    get batched() {
      return batched
    },
    compileBatched,
    clock: {
      buffer: clockBuffer,
      group: device.createBindGroup({
        label: 'clock',
        layout: clockLayout(device),
        entries: [{ binding: 0, resource: { buffer: clockBuffer, size: plan.clock.recordBytes } }],
      }),
      records: clockRecords,
    },
    buffer,
    update,
    adopt(before, next) {
      for (const planned of uploaded) fill(planned, next)
      update(next)
      // A product of all patterns takes long; most changes leave it as it is.
      const makes = [...plan.setup, ...[...there].flatMap(({ setup }) => setup)]
      const read = new Set(makes.flatMap(({ buffers: bound }) => Object.values(bound)))
      const changed = new Set(
        uploaded
          .filter(({ name, initial }) => read.has(name) && isChanged(initial, before, next))
          .map(({ name }) => name),
      )
      setUp(
        commandsOf(makes).filter(({ operation }) =>
          Object.values(operation.buffers).some((name) => changed.has(name)),
        ),
      )
    },
    reset,
    destroy,
  }
}

/** Writes the `Params` of an operation as its kernel reads them. */
function putParams(
  { kernel, label }: Operation,
  values: Readonly<Record<string, number>>,
  target: ArrayBuffer,
  start: number,
): void {
  const words = new Uint32Array(target, start, kernel.fields.length)
  const floats = new Float32Array(target, start, kernel.fields.length)
  kernel.fields.forEach(({ name, type }, field) => {
    const value = values[name]
    if (value === undefined) throw new Error(`${label}: no value for \`${name}\` of ${kernel.key}`)
    if (type === 'u32') words[field] = value
    else floats[field] = value
  })
}

/** The `Params` of an operation that varies, a row for each replica. */
function tableOf(operation: Operation, { variation, replicas }: Model): ArrayBuffer {
  const rowBytes = operation.kernel.fields.length * 4
  const table = new ArrayBuffer(replicas * rowBytes)
  if (variation === undefined) throw new Error(`${operation.label}: the model has no variation`)
  const { points, repetitions } = variation
  points.forEach((point, index) => {
    const values = operation.params(point)
    for (let one = 0; one < repetitions; one++)
      putParams(operation, values, table, (index * repetitions + one) * rowBytes)
  })
  return table
}

/** Whether two models fill a buffer differently. */
function isChanged(initial: BufferPlan['initial'], before: Model, next: Model): boolean {
  if (initial.kind === 'rows') {
    const [x, y] = [initial.of(before), initial.of(next)]
    const inBits = x.signs !== undefined && x.signs.unit === y.signs?.unit
    const [a, b] = inBits ? [x.signs.words, y.signs.words] : [x.data, y.data]
    return a !== b && (a.length !== b.length || a.some((value, index) => value !== b[index]))
  }
  if (initial.kind !== 'data') return false
  const [a, b] = [bytesIn(initial.make(before)), bytesIn(initial.make(next))]
  return a.length !== b.length || a.some((byte, index) => byte !== b[index])
}

function bytesIn({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
