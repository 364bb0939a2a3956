/** A plan on a device: buffers with their contents, bind groups, and the commands that the scheduler encodes. */
import { RunError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import { type Operation, overridesOf } from '../plan/operation.ts'
import { type Plan, operationsOf } from '../plan/plan.ts'
import type { Batched } from '../plan/batched.ts'
import { type Derived, onDemand } from '../plan/derived.ts'
import type { Deferred } from '../plan/deferred.ts'
import { type BatchedCommand, batchedCommand } from './batched.ts'
import { createBuffers } from './buffers.ts'
import { type Clock, createClock } from './clock.ts'
import { type Command, createCommands } from './commands.ts'
import { createContents, isChanged } from './contents.ts'
import { type Pipeline, pipelineOf } from './pipelines.ts'

/** A derived array, with the commands that compute it and write it back. */
export interface DerivedCommands {
  readonly derived: Derived
  /** Whether its buffers are allocated: on demand, the first call of `buffer` with one of them allocates all. */
  readonly isThere: boolean
  /** Empty before the buffers are allocated. */
  readonly make: readonly Command[]
  readonly takeBack: readonly Command[]
}

/** A group with deferred updates, and the commands that apply them. */
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
  /** One list for each probe. */
  readonly probes: readonly (readonly Command[])[]
  /** In the order of the plan. */
  readonly derived: readonly DerivedCommands[]
  readonly deferred: readonly DeferredCommands[]
  /** Replaces `stimulate`, `tick` and `probes` once it is compiled; absent if the plan has no batched form. */
  readonly batched: BatchedCommand | undefined
  /** Starts to compile the batched form of the plan in the background, unless already started. */
  compileBatched(): void
  /** The clock records of the ticks of one submit, bound as group 1. */
  readonly clock: Clock
  /** The buffer of a name in the plan; a buffer on demand is allocated by this call. */
  buffer(name: string): GPUBuffer
  /** Applies the parameters of a model from the next tick on: uniforms, rates and biases. No pipeline is built. */
  update(model: Model): void
  /** Uploads the arrays of a model that differs from the previous model in its patterns only; states stay. */
  adopt(before: Model, next: Model): void
  /** Resets every buffer that a run changes to its contents at tick 0. */
  reset(model: Model): void
  destroy(): void
}

/**
 * Compiles the kernels of a plan, in the order of its operations; each once for a device, so that kernels can be
 * compiled ahead.
 * @throws RunError or ModelError where a kernel does not compile
 */
export async function compilePlan(device: GPUDevice, plan: Plan): Promise<void> {
  const needed = operationsOf(plan).filter((operation) => operation !== plan.batched?.operation)
  await whole(needed.map((operation) => compile(device, operation)))
}

/** Waits for every task, then rejects with the first failure, so nothing is still using the device. */
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
  const clock = createClock(device, plan.clock)
  const buffers = createBuffers(device, plan, clock.buffer, provide)
  const commands = createCommands(device, operations, model.replicas, buffers.of)
  let isGone = false
  const destroy = (): void => {
    isGone = true
    buffers.destroy()
    commands.destroy()
  }
  const outOfMemory = await device.popErrorScope()
  if (outOfMemory !== null) {
    destroy()
    throw new RunError(
      `the network needs ${plan.bytes} bytes, more than the device has; use fewer neurons or replicas`,
    )
  }

  const contents = createContents(device, buffers.of)

  const addLater = new Map<Operation, () => void>()
  const later = new Set(plan.derived.flatMap(onDemand))
  operations.forEach((operation, index) => {
    const made = pipelines[index]
    if (made === undefined) return
    if (later.has(operation)) addLater.set(operation, () => commands.add(operation, made))
    else commands.add(operation, made)
  })
  const commandsOf = (list: readonly Operation[]): Command[] => list.map((one) => commands.of(one))

  let latest = model
  const update = (current: Model): void => {
    latest = current
    commands.update(current)
    for (const planned of plan.buffers) if (planned.lifetime === 'parameter') contents.fill(planned, current)
  }
  const reset = (current: Model): void => {
    for (const planned of plan.buffers) if (planned.lifetime === 'state') contents.fill(planned, current)
  }

  const uploaded = plan.buffers.filter(
    ({ lifetime, initial }) => lifetime === 'fixed' && (initial.kind === 'data' || initial.kind === 'rows'),
  )

  const batchedOf = (planned: Batched): BatchedCommand =>
    batchedCommand(planned, commands.of(planned.operation), buffers.of)
  let batched = plan.batched === undefined || isLater ? undefined : batchedOf(plan.batched)
  let isBegun = !isLater
  const compileBatched = (): void => {
    const { batched: planned } = plan
    if (planned === undefined || isBegun) return
    isBegun = true
    compile(device, planned.operation).then(
      (made) => {
        if (isGone) return
        commands.add(planned.operation, made)
        update(latest)
        batched = batchedOf(planned)
      },
      // A failure is no error here: the batched form is optional.
      () => undefined,
    )
  }

  /** Called after the buffers of an array on demand are allocated. */
  function provide(owner: Derived): void {
    for (const operation of onDemand(owner)) addLater.get(operation)?.()
    update(latest)
    setUp(device, commandsOf(owner.setup))
  }
  const derived = plan.derived.map((one): DerivedCommands => ({
    derived: one,
    get isThere() {
      return buffers.made.has(one)
    },
    get make() {
      return buffers.made.has(one) ? commandsOf(one.make) : []
    },
    get takeBack() {
      return buffers.made.has(one) ? commandsOf(one.takeBack) : []
    },
  }))

  update(model)
  for (const planned of uploaded) await contents.load(planned, model)
  setUp(device, commandsOf(plan.setup))
  for (const planned of plan.buffers) if (planned.lifetime === 'state') await contents.load(planned, model)

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
    clock,
    buffer: buffers.of,
    update,
    adopt(before, next) {
      for (const planned of uploaded) contents.fill(planned, next)
      update(next)
      // The product of all patterns is slow, and most changes do not affect it.
      const makes = [...plan.setup, ...[...buffers.made].flatMap(({ setup }) => setup)]
      const read = new Set(makes.flatMap(({ buffers: bound }) => Object.values(bound)))
      const changed = new Set(
        uploaded
          .filter(({ name, initial }) => read.has(name) && isChanged(initial, before, next))
          .map(({ name }) => name),
      )
      setUp(
        device,
        commandsOf(makes).filter(({ operation }) =>
          Object.values(operation.buffers).some((name) => changed.has(name)),
        ),
      )
    },
    reset,
    destroy,
  }
}

/**
 * Runs commands once, one submit each: one submit of many products could exceed the watchdog time of a slow
 * adapter.
 */
function setUp(device: GPUDevice, list: readonly Command[]): void {
  for (const { operation, pipeline, bindGroup, x, y, z } of list) {
    const encoder = device.createCommandEncoder({ label: operation.label })
    const pass = encoder.beginComputePass({ label: operation.label })
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, bindGroup)
    pass.dispatchWorkgroups(x, y, z)
    pass.end()
    device.queue.submit([encoder.finish()])
  }
}
