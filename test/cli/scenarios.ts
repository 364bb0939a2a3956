/** Small scenarios. */

export type Raw = Record<string, unknown>

/** Noise, three replicas, all kinds of groups and probes, an adiabatic layer, and initial states at two ticks. */
export function smallScenario(parts: Raw = {}): Raw {
  return {
    version: 1,
    name: 'small',
    time: { dt: 0.1, ticks: 60 },
    neurons: {
      visible: { size: 30, lagrangian: { kind: 'tanh', gain: 4 }, temperature: 0.01 },
      hidden: { size: 5, lagrangian: { kind: 'softmax', beta: 4 }, tau: 0 },
    },
    synapses: { w: { layer: 'visible', tau: 2, every: 2, strength: 0.2 } },
    memories: {
      xi: {
        from: 'visible',
        to: 'hidden',
        init: { kind: 'random', distribution: 'binary' },
        rule: 'hebbian',
        tau: 250,
        every: 5,
      },
    },
    stimulus: [
      {
        kind: 'initial',
        layer: 'visible',
        patterns: { kind: 'rows', of: 'xi', select: [0, 1, 2], corrupt: { op: 'flip', fraction: 0.2 } },
      },
      {
        kind: 'initial',
        layer: 'visible',
        start: 30,
        patterns: { kind: 'rows', of: 'xi', select: [3, 4, 0] },
      },
      {
        kind: 'current',
        layer: 'visible',
        dwell: 3,
        gap: 2,
        order: 'shuffle',
        patterns: { kind: 'rows', of: 'xi' },
      },
    ],
    probes: {
      energy: { kind: 'energy', every: 10 },
      overlap: { kind: 'overlap', layer: 'visible', patterns: { kind: 'rows', of: 'xi' }, every: 20 },
      similarity: { kind: 'similarity', memory: 'xi', patterns: { kind: 'rows', of: 'xi' }, every: 30 },
      rate: { kind: 'speed', layer: 'visible', every: 7 },
      snap: { kind: 'snapshot', of: 'w', every: 30 },
    },
    replicas: 3,
    ...parts,
  }
}

/** One neuron that drives itself with the given coupling. */
export function loneNeuron(kind: string, coupling: number, dt: number): Raw {
  return {
    version: 1,
    time: { dt, ticks: 400 },
    neurons: {
      x: { size: 1, lagrangian: { kind }, init: { kind: 'values', values: [[0.1]] } },
    },
    synapses: { w: { layer: 'x', base: { kind: 'values', values: [[coupling]] } } },
    probes: { energy: { kind: 'energy' }, state: { kind: 'snapshot', of: 'x', every: 10 } },
  }
}
