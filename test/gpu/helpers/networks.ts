/** Networks that between them use everything a scenario can ask for. */
import type { Model, Rows } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { buildModel, normalRows, signRows, symmetricRows } from '../../build.ts'

/** Rows of which about half the entries are masked. */
function masked(stream: RandomStream, rows: Rows): Rows {
  return { ...rows, free: Uint8Array.from(rows.data, () => stream.word() & 1) }
}

function scaled(rows: Rows, factor: number): Rows {
  return { ...rows, data: rows.data.map((value) => value * factor) }
}

/** Noisy tanh neurons with fast synapses and a learning softmax memory, under all kinds of stimulus; 5 replicas. */
export function recallNetwork(parts: { seed?: number; noise?: number } = {}): Model {
  const stream = new RandomStream(1, 'recall network')
  const N = 13
  return buildModel({
    seed: parts.seed ?? 11,
    replicas: 5,
    layers: [
      {
        name: 'v',
        size: N,
        lagrangian: { kind: 'tanh', gain: 2 },
        init: normalRows(stream, 3, N),
        bias: normalRows(stream, 2, N, 0.2),
        temperature: parts.noise ?? 0.05,
      },
      {
        name: 'h',
        size: 6,
        lagrangian: { kind: 'softmax', beta: 2 },
        tau: 0,
        bias: normalRows(stream, 1, 6, 0.2),
      },
    ],
    memories: [
      {
        name: 'xi',
        from: 'v',
        to: 'h',
        init: signRows(stream, 6, N),
        bias: normalRows(stream, 6, N, 0.5),
        rule: 'hebbian',
        tau: 7,
        every: 2,
      },
    ],
    synapses: [
      {
        name: 'w',
        layer: 'v',
        tau: 3,
        every: 3,
        strength: 0.5,
        base: { kind: 'hebbian', patterns: signRows(stream, 4, N), zeroDiagonal: true },
      },
    ],
    stimulus: [
      { kind: 'initial', layer: 'v', patterns: masked(stream, normalRows(stream, 2, N)), stop: 1 },
      {
        kind: 'clamp',
        layer: 'v',
        patterns: masked(stream, signRows(stream, 3, N)),
        start: 3,
        stop: 14,
        dwell: 2,
        gap: 1,
        order: 'shuffle',
      },
      { kind: 'current', layer: 'v', patterns: normalRows(stream, 2, N, 0.3), start: 2, dwell: 3 },
      { kind: 'current', layer: 'v', patterns: masked(stream, normalRows(stream, 1, N, 0.3)), stop: 9 },
      {
        kind: 'current',
        layer: 'h',
        patterns: normalRows(stream, 3, 6, 0.3),
        start: 1,
        dwell: 2,
        order: 'once',
      },
    ],
    probes: [
      { kind: 'energy', name: 'energy', every: 1 },
      { kind: 'overlap', name: 'overlap', every: 2, layer: 'v', patterns: signRows(stream, 3, N) },
      { kind: 'similarity', name: 'similarity', every: 3, memory: 'xi', patterns: signRows(stream, 6, N) },
      { kind: 'speed', name: 'speed', every: 1, layer: 'v' },
      { kind: 'snapshot', name: 'states', every: 4, of: 'v' },
      { kind: 'snapshot', name: 'hidden', every: 4, of: 'h' },
      { kind: 'snapshot', name: 'synapses', every: 5, of: 'w' },
      { kind: 'snapshot', name: 'memories', every: 5, of: 'xi' },
    ],
  })
}

/** Three layers at three rates, a gated memory with the half-norm offset, euler, replicas with their own memories. */
export function hierarchicalNetwork(): Model {
  const stream = new RandomStream(2, 'hierarchical network')
  const N = 10
  return buildModel({
    replicas: 3,
    time: { dt: 0.1, integrator: 'euler' },
    layers: [
      { name: 'v', size: N, lagrangian: { kind: 'linear', gain: 1 }, init: normalRows(stream, 3, N) },
      { name: 'h', size: 5, lagrangian: { kind: 'relu' }, tau: 0, bias: normalRows(stream, 3, 5, 0.3) },
      {
        name: 'u',
        size: 7,
        lagrangian: { kind: 'spherical', eps: 1e-2 },
        tau: 2,
        every: 2,
        init: normalRows(stream, 1, 7),
        temperature: 0.01,
      },
    ],
    memories: [
      {
        name: 'gated',
        from: 'v',
        to: 'h',
        init: normalRows(stream, 5, N, 0.1),
        bias: normalRows(stream, 5, N, 0.1),
        rule: 'gated',
        tau: 4,
        inputOffset: 'half-norm',
      },
      { name: 'top', from: 'h', to: 'u', init: normalRows(stream, 7, 5, 0.2), format: 'f16' },
    ],
    synapses: [
      { name: 'fast', layer: 'v', tau: 1, strength: 0.1 },
      { name: 'still', layer: 'u', base: { kind: 'matrix', matrix: symmetricRows(stream, 7, 0.2) } },
    ],
    stimulus: [
      { kind: 'clamp', layer: 'u', patterns: signRows(stream, 1, 7), start: 6, stop: 8 },
      { kind: 'initial', layer: 'v', patterns: normalRows(stream, 1, N), start: 9, stop: 10 },
      { kind: 'current', layer: 'u', patterns: normalRows(stream, 2, 7), dwell: 1, gap: 2 },
    ],
    probes: [
      { kind: 'energy', name: 'energy', every: 1 },
      { kind: 'speed', name: 'speed of v', every: 2, layer: 'v' },
      { kind: 'speed', name: 'speed of u', every: 1, layer: 'u' },
      { kind: 'similarity', name: 'top rows', every: 5, memory: 'top', patterns: normalRows(stream, 7, 5) },
      { kind: 'overlap', name: 'overlap', every: 1, layer: 'h', patterns: normalRows(stream, 2, 5) },
    ],
  })
}

/** Fixed memories in the packed formats around power and sigmoid layers, one clamped though adiabatic. */
export function packedNetwork(scale = 0.3, replicas = 1): Model {
  const stream = new RandomStream(3, 'packed network')
  const [A, B, C] = [37, 9, 6]
  return buildModel({
    replicas,
    layers: [
      {
        name: 'a',
        size: A,
        lagrangian: { kind: 'sigmoid', gain: 1.5 },
        init: normalRows(stream, replicas, A),
      },
      { name: 'b', size: B, lagrangian: { kind: 'power', degree: 3, rectified: true }, tau: 0 },
      {
        name: 'c',
        size: C,
        lagrangian: { kind: 'power', degree: 4, rectified: false },
        init: normalRows(stream, replicas, C, 0.5),
        tau: 3,
      },
    ],
    memories: [
      {
        name: 'signs',
        from: 'a',
        to: 'b',
        init: scaled(signRows(stream, B, A), scale),
        format: 'binary',
        scale,
        inputOffset: 'half-norm',
      },
      {
        name: 'halves',
        from: 'a',
        to: 'c',
        init: normalRows(stream, C, A, 0.05),
        format: 'f16',
        inputOffset: 'half-norm',
      },
      {
        name: 'learnt',
        from: 'c',
        to: 'b',
        init: normalRows(stream, B, C, 0.1),
        rule: 'gated',
        tau: 9,
        every: 4,
      },
    ],
    stimulus: [
      {
        kind: 'clamp',
        layer: 'b',
        patterns: masked(stream, normalRows(stream, 2, B, 0.5)),
        start: 4,
        dwell: 3,
        gap: 2,
      },
      { kind: 'current', layer: 'b', patterns: normalRows(stream, 1, B, 0.2) },
    ],
    probes: [
      { kind: 'energy', name: 'energy', every: 2 },
      { kind: 'similarity', name: 'signs', every: 4, memory: 'signs', patterns: signRows(stream, B, A) },
      { kind: 'similarity', name: 'halves', every: 4, memory: 'halves', patterns: normalRows(stream, C, A) },
      { kind: 'speed', name: 'speed', every: 3, layer: 'c' },
      { kind: 'snapshot', name: 'b', every: 3, of: 'b' },
      { kind: 'snapshot', name: 'packed', every: 10, of: 'signs' },
    ],
  })
}

/** Layers that are normalised as a whole, all dynamic, joined in a ring of two memories; 2 replicas. */
export function normalizedNetwork(): Model {
  const stream = new RandomStream(4, 'normalized network')
  return buildModel({
    replicas: 2,
    layers: [
      {
        name: 'x',
        size: 12,
        lagrangian: { kind: 'layernorm', gamma: 0.8, delta: 0.1, eps: 1e-2 },
        init: normalRows(stream, 2, 12),
      },
      {
        name: 'y',
        size: 8,
        lagrangian: { kind: 'softmax', beta: 3 },
        tau: 0.5,
        init: normalRows(stream, 2, 8),
      },
      {
        name: 'z',
        size: 5,
        lagrangian: { kind: 'spherical', eps: 1e-5 },
        tau: 4,
        every: 3,
        init: normalRows(stream, 2, 5),
      },
    ],
    memories: [
      { name: 'xy', from: 'x', to: 'y', init: normalRows(stream, 8, 12), rule: 'hebbian', tau: 6 },
      { name: 'yz', from: 'y', to: 'z', init: normalRows(stream, 5, 8), rule: 'hebbian', tau: 20, every: 5 },
    ],
    synapses: [
      {
        name: 'w',
        layer: 'y',
        tau: 2,
        strength: 1,
        base: { kind: 'matrix', matrix: symmetricRows(stream, 8, 0.3) },
      },
    ],
    probes: [
      { kind: 'energy', name: 'energy', every: 1 },
      { kind: 'speed', name: 'speed', every: 1, layer: 'z' },
    ],
  })
}

export const NETWORKS = [
  { name: 'recall', model: recallNetwork() },
  { name: 'hierarchical', model: hierarchicalNetwork() },
  { name: 'packed', model: packedNetwork() },
  { name: 'packed and replicated', model: packedNetwork(0.15, 6) },
  { name: 'packed with a negative scale', model: packedNetwork(-0.3) },
  { name: 'normalized', model: normalizedNetwork() },
] as const
