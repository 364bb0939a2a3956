/** The works as scenarios of engram. */
import { encodeNpy, encodeNpyTexts } from '../../src/core/data/npy.ts'
import { encodeNpzPieces } from '../../src/core/data/npz.ts'
import type { Memory } from '../../src/core/model/model.ts'
import type { Inputs, Work } from './work.ts'

/** Ensembles of small networks are resident from the first tick, as a run of known length has it. */
export function residentFor(work: Work): 'on' | 'off' {
  return work.kind === 'learning' ? 'on' : 'off'
}

/**
 * The work as a scenario; the numbers come from `fileOf`.
 * @param format - of the memories of a recall; f32 is what other libraries have
 */
export function scenarioOf(work: Work, format: Memory['format'] = 'f32'): object {
  const patterns = (path: string): object => ({ kind: 'npy', path })
  switch (work.kind) {
    case 'recall':
      return {
        version: 1,
        time: { dt: work.rate, ticks: 1, integrator: 'euler' },
        neurons: {
          visible: { size: work.visible, lagrangian: { kind: 'linear' } },
          hidden: { size: work.hidden, lagrangian: { kind: 'softmax', beta: work.beta }, tau: 0 },
        },
        memories: { xi: { from: 'visible', to: 'hidden', init: patterns('matrix.npy'), format } },
        stimulus: [{ kind: 'initial', layer: 'visible', patterns: patterns('states.npy') }],
        replicas: work.states,
      }
    case 'learning':
      return {
        version: 1,
        time: { dt: 1, ticks: 1, integrator: 'euler' },
        neurons: {
          visible: { size: work.visible, lagrangian: { kind: 'linear' } },
          hidden: { size: work.hidden, lagrangian: { kind: 'softmax', beta: work.beta }, tau: 0 },
        },
        memories: {
          xi: {
            from: 'visible',
            to: 'hidden',
            init: patterns('states.npy'),
            rule: 'gated',
            tau: 1 / work.rate,
          },
        },
        stimulus: [{ kind: 'clamp', layer: 'visible', patterns: patterns('states.npy') }],
        replicas: work.replicas,
      }
    case 'plastic':
      return {
        version: 1,
        time: { dt: work.step, ticks: 1, integrator: 'euler' },
        neurons: { visible: { size: work.size, lagrangian: { kind: 'tanh' } } },
        synapses: {
          recurrent: {
            layer: 'visible',
            tau: work.step / work.rate,
            strength: work.kappa * work.size,
            base:
              work.patterns === undefined
                ? patterns('matrix.npy')
                : { kind: 'hebbian', patterns: patterns('patterns.npy'), zeroDiagonal: false },
          },
        },
        stimulus: [{ kind: 'initial', layer: 'visible', patterns: patterns('states.npy') }],
      }
    case 'sparse':
      return {
        version: 1,
        time: { dt: work.rate, ticks: 1, integrator: 'euler' },
        neurons: { visible: { size: work.size, lagrangian: { kind: 'tanh' } } },
        synapses: {
          recurrent: {
            kind: 'sparse',
            layer: 'visible',
            base: { kind: 'csr', path: 'matrix.npz' },
            symmetric: false,
          },
        },
        stimulus: [{ kind: 'initial', layer: 'visible', patterns: patterns('states.npy') }],
      }
    case 'convolution':
      return {
        version: 1,
        time: { dt: work.rate, ticks: 1, integrator: 'euler' },
        neurons: {
          visible: { size: [work.side, work.side], lagrangian: { kind: 'linear' } },
          features: { size: [work.filters, work.side, work.side], lagrangian: { kind: 'relu' }, tau: 0 },
        },
        memories: {
          k: {
            kind: 'convolution',
            from: 'visible',
            to: 'features',
            kernel: [work.kernel, work.kernel],
            boundary: 'zero',
            init: patterns('matrix.npy'),
          },
        },
        stimulus: [{ kind: 'initial', layer: 'visible', patterns: patterns('states.npy') }],
      }
  }
}

/** Files of the scenario, as they would be read from a disk. */
export async function fileOf(path: string, inputs: Inputs, work: Work): Promise<Uint8Array<ArrayBuffer>> {
  if (path === 'matrix.npz') return csrFile(inputs, work)
  const data =
    path === 'matrix.npy' ? inputs.matrix : path === 'patterns.npy' ? inputs.patterns : inputs.states
  if (data === undefined) throw new Error(`no ${path}`)
  const columns = columnsOf(work, path)
  return Uint8Array.from(encodeNpy({ shape: [data.length / columns, columns], data }))
}

function columnsOf(work: Work, path: string): number {
  switch (work.kind) {
    case 'recall':
    case 'learning':
      return work.visible
    case 'plastic':
    case 'sparse':
      return work.size
    case 'convolution':
      return path === 'matrix.npy' ? work.kernel ** 2 : work.side ** 2
  }
}

/** What scipy.sparse.save_npz writes. */
async function csrFile({ matrix, columns }: Inputs, work: Work): Promise<Uint8Array<ArrayBuffer>> {
  if (work.kind !== 'sparse' || columns === undefined) throw new Error(`${work.id} has no sparse matrix`)
  const { size, degree } = work
  const one = (data: Float32Array | Int32Array) => ({ shape: [data.length], data })
  const pieces: Uint8Array<ArrayBuffer>[] = []
  for await (const piece of encodeNpzPieces({
    indices: one(columns),
    indptr: one(Int32Array.from({ length: size + 1 }, (_, row) => row * degree)),
    format: { npy: encodeNpyTexts(['csr']) },
    shape: one(Int32Array.of(size, size)),
    data: one(matrix),
  }))
    pieces.push(Uint8Array.from(piece))
  return new Uint8Array(await new Blob(pieces).arrayBuffer())
}
