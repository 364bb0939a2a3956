/** Whether a network can take over the arrays of another model while it runs. */
import type { Base, Model, Rows } from './model.ts'

/**
 * True when two models differ in nothing but the values of their patterns: every group, parameter and number of rows is
 * the same, so that the same buffers and kernels hold either.
 */
export function fitsPatterns(a: Model, b: Model): boolean {
  return JSON.stringify(shapeOf(a)) === JSON.stringify(shapeOf(b))
}

/** Everything of a model but its texts and the values of its rows. */
function shapeOf(model: Model): unknown {
  const { seed, time, replicas, variation, layers, synapses, memories, hyperedges, stimulus, probes } = model
  return [
    [seed, time, replicas, variation?.axes],
    // Initial states are dealt to the replicas, however many rows they have.
    layers.map(({ init, bias, ...layer }) => ({ ...layer, init: init.columns, bias: formOf(bias) })),
    synapses.map(({ base, init, ...synapse }) => ({
      ...synapse,
      base: baseForm(base),
      init: init === undefined ? 'none' : baseForm(init),
    })),
    memories.map(({ init, bias, ...memory }) => ({
      ...memory,
      init: formOf(init),
      bias: bias === undefined ? 'none' : formOf(bias),
    })),
    hyperedges.map(({ factors, ...edge }) => ({
      ...edge,
      factors: factors.map(({ init, ...factor }) => ({ ...factor, init: formOf(init) })),
    })),
    stimulus.map(({ patterns, stop, ...item }) => ({
      ...item,
      stop: String(stop),
      patterns: formOf(patterns),
    })),
    probes.map((probe) => ({
      ...probe,
      ...('patterns' in probe && { patterns: formOf(probe.patterns) }),
      ...('target' in probe && { target: formOf(probe.target.matrix) }),
    })),
  ]
}

function formOf({ rows, columns, free, pattern }: Rows): unknown {
  return { rows, columns, masked: free !== undefined, degree: pattern?.degree }
}

function baseForm(base: Base): unknown {
  return {
    ...base,
    ...('patterns' in base && { patterns: formOf(base.patterns) }),
    ...('matrix' in base && { matrix: formOf(base.matrix) }),
  }
}
