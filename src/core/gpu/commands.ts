/** Operations bound to their buffers and parameters: uniforms, or tables where parameters differ by replica. */
import type { Model } from '../model/model.ts'
import { roundUp } from '../plan/layout.ts'
import type { Operation } from '../plan/operation.ts'
import type { Pipeline } from './pipelines.ts'

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

export interface Commands {
  /** Binds an operation; the next `update` writes its parameters. */
  add(operation: Operation, pipeline: Pipeline): void
  /** The command of an operation that was added. */
  of(operation: Operation): Command
  /** Applies the parameters and rates of a model from the next submit on. */
  update(model: Model): void
  destroy(): void
}

/** Place of the parameters of an operation: a byte offset of the uniforms, or a table with a row for each replica. */
interface Place {
  readonly start: number
  readonly table: GPUBuffer | undefined
}

/** Offsets of uniform bindings; portable. */
const UNIFORM_ALIGNMENT = 256

/**
 * Allocates the parameters of operations.
 * @param buffer - the buffer of a name in the plan
 */
export function createCommands(
  device: GPUDevice,
  operations: readonly Operation[],
  replicas: number,
  buffer: (name: string) => GPUBuffer,
): Commands {
  const places = new Map<Operation, Place>()
  let bytes = 0
  for (const operation of operations) {
    const { kernel, label } = operation
    const table = kernel.varied
      ? device.createBuffer({
          label: `${label}/table`,
          size: replicas * kernel.fields.length * 4,
          usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
        })
      : undefined
    places.set(operation, { start: bytes, table })
    if (table === undefined) bytes += roundUp(paramBytes(operation), UNIFORM_ALIGNMENT)
  }
  const uniforms = device.createBuffer({
    label: 'uniforms',
    size: Math.max(UNIFORM_ALIGNMENT, bytes),
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  })
  const image = new ArrayBuffer(uniforms.size)
  const commands = new Map<Operation, Command>()
  const placeOf = (operation: Operation): Place => places.get(operation) as Place
  return {
    add(operation, { pipeline, layout }) {
      const { kernel, label, workgroups } = operation
      const { start, table } = placeOf(operation)
      const params =
        table === undefined
          ? { buffer: uniforms, offset: start, size: paramBytes(operation) }
          : { buffer: table }
      commands.set(operation, {
        operation,
        pipeline,
        bindGroup: device.createBindGroup({
          label,
          layout,
          entries: [
            { binding: 0, resource: params },
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
      })
    },
    of: (operation) => commands.get(operation) as Command,
    update(model) {
      for (const [operation, command] of commands) {
        command.every = operation.every(model)
        const { start, table } = placeOf(operation)
        if (table === undefined) putParams(operation, operation.params(model), image, start)
        else device.queue.writeBuffer(table, 0, tableOf(operation, model))
      }
      device.queue.writeBuffer(uniforms, 0, image)
    },
    destroy() {
      for (const { table } of places.values()) table?.destroy()
      uniforms.destroy()
    },
  }
}

/** Bytes of the `Params` of an operation as a uniform. */
function paramBytes({ kernel }: Operation): number {
  return Math.max(16, kernel.fields.length * 4)
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
