/** Layers with parameters that differ by neuron (shaders/common/params-per-neuron.wgsl). */
import { neuronOf } from '../kinds/lagrangians/table.ts'
import type { Layer, Model } from '../model/model.ts'
import { tauAt, temperatureAt } from '../model/neuron-values.ts'
import { lagrangianFields } from './kernels.ts'
import { vectorStride } from './layout.ts'
import type { Operation } from './operation.ts'
import { type Planning, addBuffer, find, rateOf, sigmaOf } from './planning.ts'

/** The contents of a row of `values`, in this order. */
const KEPT = 7

/** True if a number of the activation differs from neuron to neuron. */
export function answersByNeuron({ lagrangian }: Pick<Layer, 'lagrangian'>): boolean {
  return lagrangian.own !== undefined
}

/** True if any number differs from neuron to neuron. */
export function hasValues(layer: Layer): boolean {
  return layer.own !== undefined || answersByNeuron(layer)
}

/** The buffer of a layer with parameters that differ by neuron. */
export function planValues(planning: Planning, layer: Layer): void {
  if (!hasValues(layer)) return
  const rows = rowsOf(planning.model)
  addBuffer(
    planning,
    bufferOf(layer),
    rows * KEPT * vectorStride(layer.size) * 4,
    { kind: 'data', make: (m) => valuesOf(m, layer.name) },
    'parameter',
  )
}

/** The parts of an operation that reads a layer's numbers neuron by neuron. */
export function readingValues(
  model: Model,
  layer: Layer,
): {
  readonly joined: { readonly byNeuron: true }
  readonly buffers: { readonly values: string }
  readonly fields: ReturnType<Operation['params']>
} {
  return {
    joined: { byNeuron: true },
    buffers: { values: bufferOf(layer) },
    fields: {
      valueRows: rowsOf(model),
      valueStride: vectorStride(layer.size),
      shakes: 0,
      rate: 0,
      sigma: 0,
      perTau: 0,
      p0: 0,
      p1: 0,
      p2: 0,
      p3: 0,
    },
  }
}

function bufferOf({ name }: Layer): string {
  return `${name}/values`
}

/** Replicas that vary may have different numbers. */
function rowsOf({ variation, replicas }: Model): number {
  return variation === undefined ? 1 : replicas
}

/** [rows, KEPT, stride] */
function valuesOf(model: Model, name: string): Float32Array<ArrayBuffer> {
  const { variation } = model
  if (variation === undefined) return tableOf(model, name)
  const tables = variation.points.map((point) => tableOf(point, name))
  const words = tables[0]?.length ?? 0
  const all = new Float32Array(words * rowsOf(model))
  tables.forEach((table, index) => {
    for (let one = 0; one < variation.repetitions; one++)
      all.set(table, (index * variation.repetitions + one) * words)
  })
  return all
}

/** [KEPT, stride] of one network. */
function tableOf(model: Model, name: string): Float32Array<ArrayBuffer> {
  const layer = find(model.layers, name)
  const stride = vectorStride(layer.size)
  const table = new Float32Array(KEPT * stride)
  for (let i = 0; i < layer.size; i++) {
    const tau = tauAt(layer, i)
    const own = { ...layer, tau, temperature: temperatureAt(layer, i) }
    const moving = tau === 0 ? [1, 0, 0] : [rateOf(model, layer.every, tau), sigmaOf(model, own), 1 / tau]
    const { p0, p1, p2, p3 } = lagrangianFields(neuronOf(layer.lagrangian, i))
    for (const [k, value] of [...moving, p0, p1, p2, p3].entries()) table[k * stride + i] = value
  }
  return table
}
