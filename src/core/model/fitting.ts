/** Checks whether a running network can use the arrays of another model. */
import type { Base, Model, Rows } from './model.ts'

/**
 * True if two models differ only in the values of their patterns: every group, parameter and number of rows is
 * equal, so the same buffers and kernels fit both.
 */
export function fitsPatterns(a: Model, b: Model): boolean {
  return JSON.stringify(shapeOf(a)) === JSON.stringify(shapeOf(b))
}

/** A model without its texts and without the values of its rows. */
function shapeOf(model: Model): unknown {
  const { seed, time, replicas, variation, layers, synapses, memories, hyperedges, stimulus, probes } = model
  return [
    [seed, time, replicas, variation?.axes],
    // Initial states are assigned to the replicas, so their number of rows may differ.
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
