/** The built program as tests run it, and small scenarios for it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll } from 'vitest'
import type { NpyArray } from '../../src/core/data/npy.ts'
import { decodeNpz } from '../../src/core/data/npz.ts'

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const PROGRAM = resolve('bin/engram.js')

/** Starts `engram` with its arguments, on the software adapter on Linux unless ENGRAM_ADAPTER says otherwise. */
export function start(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly end: Promise<Outcome> } {
  const adapter = process.env.ENGRAM_ADAPTER ?? (process.platform === 'linux' ? 'software' : 'auto')
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    // Results are not to depend on what was tuned on a machine.
    env: { ...process.env, ENGRAM_ADAPTER: adapter, ENGRAM_AUTOTUNE: 'off', ...env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const end = new Promise<Outcome>((settle) => {
    child.on('close', (code) => settle({ code, stdout, stderr }))
  })
  return { child, end }
}

/** Runs `engram` to its end. */
export function engram(args: readonly string[], cwd: string): Promise<Outcome> {
  return start(args, cwd).end
}

/** A folder that goes when the tests of a file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'engram-test-'))
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })
  return folder
}

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

/** Writes a scenario and returns its name. */
export function writeScenario(folder: string, name: string, scenario: Raw): string {
  writeFileSync(join(folder, name), JSON.stringify(scenario))
  return name
}

export function readArrays(folder: string, name: string): Record<string, NpyArray> {
  return decodeNpz(readFileSync(join(folder, name)))
}

export function readJson(folder: string, name: string): Raw {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Raw
}
