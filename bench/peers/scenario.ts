/** The works as scenarios of engram. */
import { encodeNpy } from '../../src/core/data/npy.ts'
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
  }
}

/** Files of the scenario, as they would be read from a disk. */
export function fileOf(path: string, inputs: Inputs, work: Work): Uint8Array<ArrayBuffer> {
  const data =
    path === 'matrix.npy' ? inputs.matrix : path === 'patterns.npy' ? inputs.patterns : inputs.states
  if (data === undefined) throw new Error(`no ${path}`)
  const columns = work.kind === 'plastic' ? work.size : work.visible
  return Uint8Array.from(encodeNpy({ shape: [data.length / columns, columns], data }))
}
