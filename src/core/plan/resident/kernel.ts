/**
 * The resident kernel of a network, joined from the texts of each part of a tick.
 *
 * Only here WGSL is generated: registers have no index, so loops over rows are unrolled. (With loops over
 * private arrays the same kernel takes five times as long on SwiftShader.) Every part that can be a function is
 * a function in shaders/.
 */
import { integratorOf } from '../../kinds/integrators/table.ts'
import { lagrangianFacts } from '../../kinds/lagrangians/table.ts'
import { hasSteadyRate } from '../../kinds/rules/table.ts'
import { updateKind } from '../../kinds/updates/table.ts'
import type { Layer } from '../../model/model.ts'
import { CHANGES, RUNS, SAMPLES } from '../clock.ts'
import { lagrangianSource, ruleText } from '../kernels.ts'
import { type Planning, differs, faultOf } from '../planning.ts'
import { needsLagrangian } from '../probes.ts'
import { wgsl } from '../shaders.ts'
import { activation } from './activations.ts'
import { createArena, createParameters } from './arena.ts'
import { whenDue } from './flags.ts'
import { holdLayers, holdMatrices, isWarm } from './held.ts'
import { learn } from './learning.ts'
import { integrate } from './moves.ts'
import { sample } from './probes.ts'
import { input } from './products.ts'
import { layerRegisters, matrixRegisters } from './registers.ts'
import { behold, SPREAD, stimulate } from './stimulus.ts'
import type { Held, ResidentParts, Writing } from './types.ts'

/**
 * The kernel of a network for a number of workgroups and replicas in each, and the number of lines of its entry
 * point.
 */
export function writeKernel(
  planning: Planning,
  { operations, probes, lanes }: ResidentParts,
  [workgroups, together]: readonly [number, number],
) {
  const { model, clock } = planning
  const isFull = workgroups * together === model.replicas
  const arena = createArena(planning)
  const { fields, param, params } = createParameters(operations)
  const layers = holdLayers(planning, lanes)
  const matrices = holdMatrices(planning, layers)
  const watched = new Set<number>()
  const writing: Writing = {
    planning,
    probes,
    layers,
    matrices,
    rules: [...new Set(matrices.flatMap(({ rule }) => rule ?? []))],
    hasEnergy: probes.some(({ probe }) => needsLagrangian(probe)),
    // Used where a read of one address by all lanes is as slow as reads of different addresses; every lane must
    // be active.
    spreads: lanes === 1 && planning.software && planning.lanes >= SPREAD && isFull,
    ...arena,
    param,
    broken(name) {
      const fault = faultOf(model, name)
      watched.add(fault)
      return `broken${fault}`
    },
  }
  const body = bodyOf(writing, watched)
  const isVaried = differs(model, params)
  const own = fields.map(({ name, type }) => `  ${name}: ${type},`)
  const source = [
    lanes === 1 && !writing.spreads ? '' : 'enable subgroups;',
    `const RECORD_WORDS: u32 = ${clock.recordBytes / 4}u;
const RUNS = ${RUNS};
const CHANGES = ${CHANGES};
const SAMPLES = ${SAMPLES};
struct Params {
${own.length === 0 ? '  none: u32,' : own.join('\n')}
}
${isVaried ? '@group(0) @binding(0) var<storage, read> table: array<Params>;' : '@group(0) @binding(0) var<uniform> params: Params;'}
@group(0) @binding(1) var<storage, read_write> arena: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> ring: array<f32>;
@group(0) @binding(3) var<storage, read_write> faults: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read> clock: array<i32>;

@compute @workgroup_size(${lanes * together})
fn live(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) invocation: u32${writing.spreads ? ', @builtin(subgroup_invocation_id) neighbour: u32' : ''}) {
${
  lanes === 1
    ? `let replica = (group.y * groups.x + group.x) * ${together}u + invocation;\nlet lane = 0u;`
    : 'let replica = group.y * groups.x + group.x;\nlet lane = invocation;'
}
${isFull ? '' : `if (replica >= ${model.replicas}u) { return; }`}
let own = ${isVaried ? 'table[replica]' : 'params'};
${body}
}`,
    wgsl(lanes === 1 ? 'resident/invocation' : 'resident/subgroup'),
    ...functionsOf(writing, body),
  ].join('\n')
  return { source, lines: body.split('\n').length, parts: arena.parts, params }
}

/**
 * The body of the entry point after the replica index.
 * @param watched - groups whose values may become NaN or infinite in the text so far
 */
function bodyOf(writing: Writing, watched: ReadonlySet<number>): string {
  const { planning, probes, layers, matrices } = writing
  const { flagsWord } = planning.clock
  const refresh = refreshOf(writing)
  const tick = tickOf(writing)
  const states = layers.map((one) => layerRegisters(writing, one))
  const registers = [...states, ...matrices.map((one) => matrixRegisters(writing, one))]
  const change = layers.map((one) => stimulate(writing, one)).join('\n')
  const samples = probes.map((plan) => sample(writing, plan)).join('\n')
  const broken = [...watched].map((fault) => `broken${fault}`)
  const faults = [...watched].map(
    (fault) => `if (broken${fault}) { atomicMin(&faults[${fault}u], u32(clock[record])); }`,
  )
  return [
    ...registers.map(({ reads }) => reads),
    // A tick and its samples are two rounds of one loop: both begin with the activations of the present state. A
    // copied snapshot does too, so that it includes adiabatic layers.
    `var samples = false;
var record = 0u;
var flags = clock[${flagsWord}u];
while (flags != 0) {
${[...states.map(({ fresh }) => fresh), ...layers.map((one) => behold(writing, one))].join('\n')}
samples = samples || (flags & RUNS) == 0;
${change.trim() === '' ? '' : `if (!samples && (flags & CHANGES) != 0) {\n${change}\n}`}
${broken.map((name) => `var ${name} = false;`).join('\n')}
${refresh}
${samples.trim() === '' && !probes.length ? tick : `if (samples) {\n${samples}\n} else {\n${tick}\n}`}
${broken.length === 0 ? '' : `if (${broken.join(' || ')}) {\n${faults.join('\n')}\n}`}
samples = !samples && (flags & SAMPLES) != 0;
record += select(RECORD_WORDS, 0u, samples);
flags = clock[record + ${flagsWord}u];
}`,
    ...registers.map(({ writes }) => writes),
  ].join('\n')
}

/** The activations of the present state, and adiabatic layers in their order. */
function refreshOf(writing: Writing): string {
  const { layers } = writing
  const adiabatic = layers.filter(({ layer }) => layer.tau === 0)
  const settle = (one: Held): string =>
    one.holder === undefined ? `${input(writing, one)}\n${integrate(writing, one)}\n` : ''
  return [
    ...layers.filter(({ layer }) => layer.tau > 0).map((one) => activation(writing, one)),
    ...adiabatic.map((one) => `${settle(one)}${activation(writing, one)}`),
  ].join('\n')
}

/** One step of all variables: inputs first, all from the same activations. */
function tickOf(writing: Writing): string {
  const { model } = writing.planning
  const moving = writing.layers.filter(({ layer, holder }) => layer.tau > 0 && holder === undefined)
  return [
    ...moving.map((one) => whenDue(model, one.layer, input(writing, one))),
    ...writing.matrices.flatMap((one) =>
      one.rule === undefined ? [] : [whenDue(model, one.group, learn(writing, one, one.rule))],
    ),
    ...moving.map((one) => whenDue(model, one.layer, integrate(writing, one))),
  ].join('\n')
}

/** The functions that the entry point calls. */
function functionsOf({ planning: { model }, layers, matrices, rules }: Writing, body: string): string[] {
  const lagrangians = layers
    .filter(({ kind }, at) => layers.findIndex((one) => one.kind === kind) === at)
    .map(({ layer, kind }) => prefixed(`${lagrangianSource(layer.lagrangian)}\n${quadsOf(layer)}`, kind))
  const warm = layers.filter(({ layer }) => isWarm(model, layer.name))
  const shakers = warm
    .filter(({ shaker }, at) => warm.findIndex((one) => one.shaker === shaker) === at)
    .map(({ layer, shaker }) =>
      prefixed(`${wgsl(`noise/${layer.noise}`)}\n${wgsl('resident/noise')}`, shaker),
    )
  const choosers = layers
    .filter(({ chooser }, at) => layers.findIndex((one) => one.chooser === chooser) === at)
    .flatMap(({ layer, chooser }) =>
      chooser === undefined
        ? []
        : prefixed(`${wgsl(`update/${updateKind(layer.update)}`)}\n${wgsl('resident/choice')}`, chooser),
    )
  return [
    wgsl('resident/quad'),
    wgsl('common/real'),
    ...(shakers.length > 0 || choosers.length > 0 ? [wgsl('common/random')] : []),
    ...shakers,
    ...(choosers.length > 0 ? [wgsl('common/choice')] : []),
    ...choosers,
    ...([...layers, ...matrices].some(({ carried }) => carried) ? [wgsl('common/carry')] : []),
    ...([body, ...lagrangians].join().includes('scaleOf(') ? [wgsl('common/magnitude')] : []),
    ...(rules.length > 0 ? [wgsl('resident/rows')] : []),
    ...(rules.every(hasSteadyRate) ? [] : [wgsl(`integrator/${integratorOf(model.time.integrator).gain}`)]),
    ...rules.map((rule, index) => prefixed(ruleText(rule), `r${index}_`)),
    ...lagrangians,
  ]
}

/** Wrappers that call the functions of a Lagrangian a quad at a time. */
function quadsOf({ lagrangian }: Layer): string {
  const { logSumExp, isCheap, isPerNeuron } = lagrangianFacts(lagrangian)
  if (logSumExp !== undefined) return wgsl('resident/softmax')
  if (isCheap) return wgsl('resident/few')
  return wgsl(isPerNeuron ? 'resident/each' : 'resident/whole')
}

/**
 * All functions, constants and types of a WGSL file under unique names, so that one kernel can contain several
 * Lagrangians.
 */
function prefixed(source: string, prefix: string): string {
  const names = [...source.matchAll(/\b(?:fn|const|alias) (\w+)/g)].map((match) => match[1] as string)
  return source.replace(new RegExp(`\\b(?:${names.join('|')})\\b`, 'g'), (name) => prefix + name)
}
