/** Reads and writes the arrays of a running network on the GPU, by name. */
import type { PiecedArray } from '../data/npz.ts'
import { ModelError } from '../errors.ts'
import type { Engine } from '../gpu/engine.ts'
import type { Model } from '../model/model.ts'
import { allArraysOf, isSynapse } from '../model/couplings.ts'
import { carryNameOf, hasCarry } from '../plan/carry.ts'
import { standsTwice } from '../plan/transposed.ts'
import {
  type Copy,
  type CopyPlace,
  type DenseArray,
  type Part,
  copiesOf,
  finiteFloats,
  packArray,
  packCue,
  packPart,
  partsOf,
  unpackArray,
} from './arrays.ts'
import { readError } from './failures.ts'
import type { Life } from './life.ts'
import { type Checkpoint, checkRestorable } from './restorable.ts'
import type { Ticks } from './ticks.ts'
import { checkEntries, checkWritable, writableNames } from './writable.ts'

/** Names, values and errors are those of `Simulation`; the caller checks that the simulation is usable. */
export interface State {
  /** Arrays at one moment: after all submitted ticks. */
  read(names: readonly string[]): Promise<DenseArray[]>
  readPieces(name: string): PiecedArray
  write(name: string, data: ArrayLike<number>): void
  writePart(name: string, at: number, data: ArrayLike<number>): void
  writeCue(index: number, at: number, data: ArrayLike<number>): void
  /** Derived arrays that determine the state when they are written. */
  readonly writable: readonly string[]
  /** The arrays of a checkpoint. */
  save(): Promise<Pick<Checkpoint, 'arrays' | 'rings'>>
  /** @throws ModelError if a checkpoint lacks an array of the network, or an array cannot be written */
  checkSaved(checkpoint: Checkpoint): void
  /** Writes the result of `save` after checks. */
  load(checkpoint: Checkpoint): void
}

export function createState(engine: Engine, ticks: Ticks, life: Life, current: () => Model): State {
  const { device, plan } = engine

  /** Names of the arrays that a run changes. */
  const dynamicNames = [
    ...current()
      .layers.filter(({ tau }) => tau > 0)
      .map(({ name }) => name),
    ...[...current().couplings.filter(isSynapse), ...current().couplings.filter((one) => !isSynapse(one))]
      .filter(({ tau }) => tau !== undefined)
      .flatMap(allArraysOf),
  ]

  /** Names of the second words that a run changes. */
  const carriedNames = [...dynamicNames, ...plan.deferred.flatMap(({ arrays }) => arrays)]
    .map(carryNameOf)
    .filter((name) => hasCarry(plan.buffers, name))

  const writable = writableNames(plan)

  /** Passes the bytes of buffers after all submitted commands to `use`, and returns its result. */
  const copyOut = async <T>(copies: readonly Copy[], use: (bytes: ArrayBuffer[]) => T): Promise<T> => {
    life.checkDevice()
    const made = await readBuffers(engine, copies, use).catch((error: unknown) => {
      life.checkDevice()
      throw error
    })
    // A copy from a lost device contains zeros.
    life.checkLost()
    return made
  }

  const read = async (names: readonly string[]): Promise<DenseArray[]> => {
    const lists = names.map((name) => copiesOf(plan, current(), name))
    life.checkDevice()
    ticks.ensure(names, 0)
    return copyOut(lists.flat(), (bytes) => {
      const places = bytes.map((one): CopyPlace => [one, 0])
      return names.map((name, index) =>
        unpackArray(plan, current(), name, places.splice(0, lists[index]?.length)),
      )
    })
  }

  async function* readParts(
    name: string,
    parts: readonly Part[],
  ): AsyncGenerator<Float32Array, void, undefined> {
    life.checkDevice()
    ticks.ensure([name], 0)
    for (const { copy, unpack } of parts)
      yield await copyOut([copy], ([bytes]) => unpack(bytes as ArrayBuffer))
  }

  const upload = (name: string, data: ArrayLike<number>): void => {
    const dense = data instanceof Float32Array ? data : Float32Array.from(data)
    for (const { buffer, offset, bytes } of packArray(plan, current(), name, dense)) {
      // Dawn keeps a copy of written bytes until the next submit has run.
      if (offset > 0) device.queue.submit([])
      device.queue.writeBuffer(engine.buffer(buffer), offset, bytes)
    }
  }

  const write = (name: string, data: ArrayLike<number>): void => {
    checkWritable(plan, name)
    checkEntries(plan, current(), name, data)
    upload(name, data)
    if (writable.includes(name)) ticks.takeBack(name)
    ticks.disturb()
  }

  /** Numbers to write; an unknown name is reported first. */
  const floatsFor = (name: string, data: ArrayLike<number>, at = 0): Float32Array => {
    copiesOf(plan, current(), name)
    return finiteFloats(name, data, at, plan.matrices.get(name)?.format)
  }

  return {
    read,
    readPieces(name) {
      const { shape, parts } = partsOf(plan, current(), name)
      return { shape, pieces: readParts(name, parts) }
    },
    write(name, data) {
      write(name, floatsFor(name, data))
    },
    writePart(name, at, data) {
      const model = current()
      const { buffer, offset, bytes } = packPart(plan, model, name, at, floatsFor(name, data, at))
      if (standsTwice(plan.buffers, name)) checkWritable(plan, name)
      if (model.synapses.some((synapse) => synapse.name === name)) {
        throw new ModelError(`\`${name}\` is symmetric and cannot be written in part; write the whole matrix`)
      }
      device.queue.writeBuffer(engine.buffer(buffer), offset, bytes)
      ticks.disturb()
    },
    writeCue(index, at, data) {
      const floats = finiteFloats(`stimulus.${index}.patterns`, data, at)
      const { buffer, offset, bytes } = packCue(current(), index, at, floats)
      device.queue.writeBuffer(engine.buffer(buffer), offset, bytes)
      ticks.disturb()
    },
    writable,
    async save() {
      const rings = plan.deferred.map(({ name }) => [name, ticks.updates.save(name)] as const)
      const parts = plan.deferred.flatMap(({ arrays }) => arrays)
      const names = [...dynamicNames, ...parts, ...carriedNames]
      const arrays = await read(names)
      return {
        arrays: Object.fromEntries(names.map((name, index) => [name, arrays[index] as DenseArray])),
        ...(rings.length > 0 && { rings: Object.fromEntries(rings) }),
      }
    },
    checkSaved(checkpoint) {
      const missing = dynamicNames.find((name) => checkpoint.arrays[name] === undefined)
      if (missing !== undefined)
        throw new ModelError(`the checkpoint has no state of \`${missing}\`; it belongs to another scenario`)
      checkRestorable(plan, current(), checkpoint)
      for (const name of dynamicNames)
        checkEntries(plan, current(), name, (checkpoint.arrays[name] as DenseArray).data)
    },
    load({ arrays, rings }) {
      for (const name of dynamicNames) {
        const parts = plan.deferred.find((one) => one.name === name)?.arrays ?? []
        const saved = rings?.[name]
        const found = parts.flatMap((part) => {
          const array = arrays[part]
          return array === undefined ? [] : [{ part, data: array.data }]
        })
        if (saved !== undefined && found.length > 0 && found.length === parts.length) {
          for (const { part, data } of found) upload(part, data)
          ticks.updates.load(name, saved)
        } else write(name, (arrays[name] as DenseArray).data)
      }
      for (const name of carriedNames) {
        const carry = arrays[name]
        if (carry !== undefined) upload(name, carry.data)
      }
    },
  }
}

/**
 * The bytes of buffers, all at one moment, each where the GPU has put them.
 * @param use - reads them; afterwards they are gone
 */
async function readBuffers<T>(
  engine: Engine,
  copies: readonly Copy[],
  use: (bytes: ArrayBuffer[]) => T,
): Promise<T> {
  const { device } = engine
  const encoder = device.createCommandEncoder({ label: 'read' })
  // A staging buffer for each: together they may exceed the size of one buffer.
  const staged = copies.map(({ buffer, offset = 0, bytes }) => {
    const staging = device.createBuffer({
      label: `read ${buffer}`,
      size: bytes,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    })
    encoder.copyBufferToBuffer(engine.buffer(buffer), offset, staging, 0, bytes)
    return staging
  })
  try {
    device.queue.submit([encoder.finish()])
    await Promise.all(staged.map((staging) => staging.mapAsync(GPUMapMode.READ)))
    return use(staged.map((staging) => staging.getMappedRange()))
  } catch (error) {
    throw readError(error)
  } finally {
    for (const staging of staged) staging.destroy()
  }
}
