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

/** Filters that learn, between an image of two channels and features that are evaluated at every tick. */
export function filterScenario(parts: Raw = {}): Raw {
  return {
    version: 1,
    name: 'filters',
    time: { dt: 0.1, ticks: 60 },
    neurons: {
      image: { size: [2, 7, 6], lagrangian: { kind: 'tanh', gain: 1 } },
      features: { size: [3, 4, 3], lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
    },
    memories: {
      k: {
        kind: 'convolution',
        from: 'image',
        to: 'features',
        kernel: [3, 3],
        stride: 2,
        boundary: 'zero',
        init: { kind: 'random', distribution: 'normal' },
        scale: 0.3,
        rule: 'hebbian',
        tau: 40,
        every: 3,
      },
    },
    stimulus: [
      { kind: 'initial', layer: 'image', patterns: { kind: 'random', distribution: 'normal', count: 3 } },
    ],
    probes: {
      energy: { kind: 'energy', every: 10 },
      similarity: { kind: 'similarity', memory: 'k', patterns: { kind: 'rows', of: 'k' }, every: 30 },
      filters: { kind: 'snapshot', of: 'k', every: 60 },
    },
    replicas: 3,
    ...parts,
  }
}
