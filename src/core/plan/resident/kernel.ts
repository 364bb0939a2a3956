/**
 * The one place where WGSL is written by a program: registers have no index, so that what would be a loop over rows stands
 * there row by row. (As loops over private arrays the same kernel takes five times as long on SwiftShader.) What can be a
 * function is one, in shaders/.
 */
import { integratorOf } from '../../kinds/integrators/table.ts'
import { isPerNeuron, lagrangianFacts } from '../../kinds/lagrangians/table.ts'
import type { ProbeKind, ProbeOf } from '../../kinds/probes/table.ts'
import { hasSteadyRate, movingRule, type RuleKind } from '../../kinds/rules/table.ts'
import type { Layer, Probe, Rows, Stimulus } from '../../model/model.ts'
import { cuesOf, repetitionsOf } from '../../model/variation.ts'
import type { ArenaPart } from '../batched.ts'
import { carryNameOf } from '../carry.ts'
import { CHANGES, RUNS, SAMPLES } from '../clock.ts'
import { lagrangianSource } from '../kernels.ts'
import { type Matrix, vectorStride } from '../layout.ts'
import { biasRows } from '../neurons.ts'
import type { Operation } from '../operation.ts'
import { type Planning, differs, faultOf } from '../planning.ts'
import { needsLagrangian, type ProbePlan, type ResidentKind } from '../probes.ts'
import { wgsl } from '../shaders.ts'
import { whenDue } from './flags.ts'
import { holdLayers, holdMatrices, isWarm } from './held.ts'
import type { Held, HeldMatrix, ResidentParts } from './types.ts'

/** Lanes that share what they read of the same row, in the lone form on a software adapter. */
const SPREAD = 4

interface Written {
  readonly source: string
  /** Lines of its one entry point. */
  readonly lines: number
  readonly parts: readonly ArenaPart[]
  readonly params: Operation['params']
}

/** The kernel of a network for so many workgroups of so many replicas. */
export function writeKernel(
  planning: Planning,
  { operations, probes, lanes }: ResidentParts,
  [workgroups, together]: readonly [number, number],
): Written {
  const { model, matrices, buffers, clock } = planning
  const { replicas } = model
  const parts: ArenaPart[] = []
  let arenaBytes = 0
  /** Quad of the arena at which a buffer stands. */
  const place = (buffer: string, writes = false): number => {
    const known = parts.find((part) => part.buffer === buffer)
    if (known !== undefined) return known.offset / 16
    const bytes = Math.ceil((buffers.get(buffer)?.bytes ?? 0) / 16) * 16
    parts.push({ buffer, offset: arenaBytes, bytes, writes })
    arenaBytes += bytes
    return (arenaBytes - bytes) / 16
  }
  /** The buffer of a matrix that stands in one. */
  const blockOf = (name: string): string => matrices.get(name)?.blocks[0]?.buffer ?? name
  const times = (count: number, make: (k: number) => string): string =>
    Array.from({ length: count }, (_, k) => make(k)).join('\n')

  // ------------------------------------------------------------------------------------------------ parameters
  const fields: { name: string; type: 'u32' | 'f32'; from: Operation; field: string }[] = []
  /** A field of an operation's `Params` as a field of this kernel. */
  const param = (prefix: string, label: string, stage: readonly string[], field: string): string => {
    const name = `${prefix}${field}`
    if (!fields.some((one) => one.name === name)) {
      const from = operations.find(
        (one) =>
          one.label === label &&
          stage.includes(one.stage) &&
          one.kernel.fields.some((other) => other.name === field),
      )
      const type = from?.kernel.fields.find((one) => one.name === field)?.type
      if (from === undefined || type === undefined) throw new Error(`no ${field} of ${label}`)
      fields.push({ name, type, from, field })
    }
    return `own.${name}`
  }

  // ------------------------------------------------------------------------------------------------ what is held
  const layers = holdLayers(planning, lanes)
  const layerOf = (name: string): Held => layers.find(({ layer }) => layer.name === name) as Held
  const held = holdMatrices(planning, layers)

  // Where reading the same address in all lanes is not cheaper than as many addresses; no lane may be missing.
  const spreads =
    lanes === 1 && planning.software && planning.lanes >= SPREAD && workgroups * together === replicas
  const hasEnergy = probes.some(({ probe }) => needsLagrangian(probe))

  // ------------------------------------------------------------------------------------------------ small words
  /** Quad k of this lane, counted over the layer. */
  const quadAt = (k: number): string => (lanes === 1 ? `${k}u` : `${k * lanes}u + lane`)
  /** True when lanes have no quad k, or one that reaches over the end of the layer. */
  const isRagged = ({ layer }: Held, k: number): boolean => 4 * lanes * (k + 1) > layer.size
  /** The neurons of quad k that a clamp holds. */
  const isHeld = ({ index, masked, holder }: Held, k: number): string =>
    holder !== undefined ? 'vec4<bool>(true)' : masked ? `h${index}_${k}` : `vec4<bool>(h${index})`
  /** The neurons of quad k that there are. */
  const valid = (one: Held, k: number): string => `v${one.index}_${k}`
  const masked = (one: Held, k: number, value: string): string =>
    isRagged(one, k) ? `select(vec4<f32>(0.0), ${value}, ${valid(one, k)})` : value
  /** The words of a quad of a vector of the arena that this lane holds; 0 beyond the end. */
  const loadWords = (target: string, base: string, columns: number, k: number): string => {
    const all = vectorStride(columns) / 4
    if (lanes * (k + 1) <= all) return `${target} = arena[${base} + ${quadAt(k)}];`
    const word = `arena[${base} + min(${quadAt(k)}, ${all - 1}u)]`
    return `${target} = select(vec4<u32>(0u), ${word}, ${quadAt(k)} < ${all}u);`
  }
  /** The same for floats. Words that are none may not pass through one: where small ones are flushed to 0, they would be. */
  const load = (target: string, base: string, columns: number, k: number): string =>
    loadWords(target, base, columns, k).replace(/ = (.*);$/, ' = bitcast<vec4<f32>>($1);')
  const store = (base: string, columns: number, k: number, value: string): string => {
    const all = vectorStride(columns) / 4
    const text = `arena[${base} + ${quadAt(k)}] = bitcast<vec4<u32>>(${value});`
    return lanes * (k + 1) > all ? `if (${quadAt(k)} < ${all}u) { ${text} }` : text
  }
  /** Quad q of a layer's vector, in every lane. */
  const everywhere = (name: string, q: number): string =>
    lanes === 1 ? `${name}_${q}` : `subgroupBroadcast(${name}_${Math.floor(q / lanes)}, ${q % lanes}u)`
  /** Adds a quad that every lane has to the lane it belongs to. */
  const give = (name: string, q: number, value: string): string =>
    lanes === 1
      ? `${name}_${q} += ${value};`
      : `${name}_${Math.floor(q / lanes)} += select(vec4<f32>(0.0), ${value}, lane == ${q % lanes}u);`
  const total = (value: string): string => `total(${value})`
  const sumOf = (terms: readonly string[], zero = 'vec4<f32>(0.0)'): string =>
    terms.length === 0 ? zero : terms.join(' + ')
  const XYZW = ['x', 'y', 'z', 'w'] as const

  // ------------------------------------------------------------------------------------------------ equations
  /** in (+)= everything that memories and synapses send to a layer. */
  const input = (to: Held): string => {
    const lines = [times(to.quads, (k) => `i${to.index}_${k} = vec4<f32>(0.0);`)]
    for (const one of held) {
      const isMemory = 'from' in one.group
      if (one.columns === to) lines.push(project(one, `i${to.index}`))
      if (isMemory && one.rows === to) lines.push(recall(one, `i${to.index}`))
    }
    return lines.join('\n')
  }
  /** target += A^T g of the rows' layer. */
  const project = ({ index, rows, columns: { quads } }: HeldMatrix, target: string): string =>
    times(Math.ceil(rows.layer.size / 4), (q) => {
      const count = Math.min(4, rows.layer.size - 4 * q)
      const sums = times(quads, (k) => {
        const terms = Array.from(
          { length: count },
          (_, c) => `a.${XYZW[c] as string} * m${index}_${4 * q + c}_${k}`,
        )
        return `${target}_${k} += ${sumOf(terms)};`
      })
      return `{ let a = ${everywhere(`g${rows.index}`, q)};\n${sums} }`
    })
  /** target += A g of the columns' layer, less |A_mu|^2 / 2 with the half-norm offset. */
  const recall = ({ index, rows, columns, halfNorm }: HeldMatrix, target: string): string =>
    times(Math.ceil(rows.layer.size / 4), (q) => {
      const row = (c: number): string => {
        const mu = 4 * q + c
        if (mu >= rows.layer.size) return '0.0'
        const terms = Array.from({ length: columns.quads }, (_, k) => {
          const m = `m${index}_${mu}_${k}`
          const g = `g${columns.index}_${k}`
          return halfNorm ? `${m} * (${g} - 0.5 * ${m})` : `${m} * ${g}`
        })
        return total(sumOf(terms))
      }
      const sums = `reduceQuad(vec4<f32>(${[0, 1, 2, 3].map(row).join(', ')}))`
      return `{ let r = ${sums};\n${give(target, q, 'r')} }`
    })

  const lagrangianParams = ({ layer, index }: Held): string => {
    const label = isPerNeuron(layer.lagrangian) ? `${layer.name}/activate` : `${layer.name}/normalize`
    const values = ['p0', 'p1', 'p2', 'p3'].map((field) =>
      param(`l${index}_`, label, ['activate', 'settle'], field),
    )
    return `vec4<f32>(${values.join(', ')})`
  }
  /** g = dL/dx, and L(x) as a whole where it is no sum. */
  const activation = (one: Held): string => {
    const { index, quads, layer } = one
    const { kind } = one
    const p = `let p = ${lagrangianParams(one)};`
    const set = (call: (x: string) => string): string =>
      times(quads, (k) => `g${index}_${k} = ${masked(one, k, call(`x${index}_${k}`))};`)
    if (isPerNeuron(layer.lagrangian)) return `{ ${p}\n${set((x) => `${kind}activationQuad(${x}, p)`)} }`
    const there = (k: number): string => (isRagged(one, k) ? valid(one, k) : 'vec4<bool>(true)')
    const fold = times(quads, (k) => `first = ${kind}firstQuad(first, x${index}_${k}, ${there(k)}, p);`)
    const terms = times(quads, (k) => {
      const terms = `g${index}_${k}`
      return `${terms} = ${kind}termsQuad(x${index}_${k}, ${there(k)}, first, n, p); second += total(${terms});`
    })
    const activations = times(quads, (k) => {
      const value = `${kind}activationQuad(x${index}_${k}, g${index}_${k}, first, second, n, p)`
      return `g${index}_${k} = ${masked(one, k, value)};`
    })
    return `{ ${p}
let n = ${layer.size}.0;
var first: ${kind}First = ${kind}FIRST_IDENTITY;
${fold}
first = ${kind}reduceFirst(first, lane);
var second = 0.0;
${terms}
second = reduceSum(second, lane);
${activations}
${hasEnergy ? `w${index} = ${kind}lagrangianOf(first, second, n, p);` : ''} }`
  }
  /** One step of a quad that stands in two words: `next` gets its value. */
  const carry = (
    get: (field: string) => string,
    [value, low]: readonly [string, string],
    step: (kept: string) => string,
  ): string => {
    const zero = get('zero')
    return `{ let kept = carryOfQuad(${value}, ${low}, ${zero});
let sum = addCarriedQuad(${value}, kept, ${step('kept')}, ${get('carries')}, ${zero});
next = sum.value; ${low} = sum.carry; }`
  }
  const drive = ({ index, driven }: Held, k: number): string =>
    driven ? `b${index}_${k} + c${index}_${k}` : `b${index}_${k}`
  /** One step of a layer, or x = b + I. */
  const integrate = (one: Held): string => {
    const { layer, index, quads, clamped } = one
    const isAdiabatic = layer.tau === 0
    const stage = [isAdiabatic ? 'settle' : 'integrate']
    const get = (field: string): string => param(`l${index}_`, `${layer.name}/integrate`, stage, field)
    return times(quads, (k) => {
      const x = `x${index}_${k}`
      const lines = [`var next = ${drive(one, k)} + i${index}_${k};`]
      if (!isAdiabatic) {
        // Left out where it is cold: random numbers are most of such a kernel, and of its compilation.
        const shake = (): string => {
          const own = `replica % ${get('repetitions')}`
          const numbers = `noiseQuad(${get('seed')}, u32(clock[record]), ${get('layer')}, ${own}, 4u * (${quadAt(k)}))`
          return `${get('sigma')} * ${numbers}`
        }
        const warm = isWarm(model, layer.name)
        if (one.carried) {
          const step = (kept: string): string => `${get('rate')} * ((next - ${x}) - ${kept})`
          lines.push(
            carry(get, [x, `l${index}_${k}`], (kept) => (warm ? `${step(kept)} + ${shake()}` : step(kept))),
          )
        } else {
          lines.push(`next = ${x} + ${get('rate')} * (next - ${x});`)
          if (warm) lines.push(`next += ${shake()};`)
        }
      }
      // A layer that is held as a whole does not come here, but for one that belongs to its state at every moment.
      if (clamped && (one.masked || isAdiabatic)) lines.push(`next = select(next, ${x}, ${isHeld(one, k)});`)
      return `{ ${lines.join('\n')}\n${x} = ${masked(one, k, 'next')};\n${brokenOf(layer)} |= any(areBroken(${x})); }`
    })
  }
  /** Groups that may break in the text of a round; they are looked at together, since a branch costs more than they do. */
  const watched = new Set<number>()
  const brokenOf = (group: { readonly name: string }): string => {
    const fault = faultOf(model, group.name)
    watched.add(fault)
    return `broken${fault}`
  }
  /** Rules that couplings here learn by. */
  const rules = [...new Set(held.flatMap(({ rule }) => rule ?? []))]

  const learn = (one: HeldMatrix): string => {
    const { group, index, rows, columns, carried, based } = one
    const { quads } = columns
    const prefix = `m${index}_`
    const get = (field: string): string =>
      param(prefix, `${group.name}/learn`, ['learn', 'plasticity'], field)
    const rule = one.rule as RuleKind
    const kind = `r${rules.indexOf(rule)}_`
    const isRowwise = !hasSteadyRate(rule)
    const p = `vec4<f32>(${['r0', 'r1', 'r2', 'r3'].map(get).join(', ')})`
    const text = times(Math.ceil(rows.layer.size / 4), (q) => {
      const count = Math.min(4, rows.layer.size - 4 * q)
      const steps = times(count, (c) => {
        const row = 4 * q + c
        const component = XYZW[c] as string
        const to = `a.${component}`
        const rate = isRowwise ? `rates.${component}` : get('rate')
        // Left out where it is 1.
        const decayed = (z: string): string => (isRowwise ? `decays.${component} * ${z}` : z)
        const moves = times(quads, (k) => {
          const m = `m${index}_${row}_${k}`
          const drive = `${kind}driveOf(${to}, g${columns.index}_${k}, p)`
          const target = based ? `${drive} + d${index}_${row}_${k}` : drive
          if (!carried) return `${m} += rate * (${target} - ${decayed(m)}); all += ${m};`
          const low = `e${index}_${row}_${k}`
          const sum = carry(
            get,
            [m, low],
            (kept) => `rate * ((${target} - ${decayed(m)}) - ${decayed(kept)})`,
          )
          return `{ var next = ${m};\n${sum}\n${m} = next; all += next; }`
        })
        return `{ let rate = ${rate};\n${moves} }`
      })
      const rates = isRowwise
        ? `let decays = ${kind}decayOf(a, p);\nlet rates = rateOf(${get('ratio')}, ${kind}gateOf(a, p), decays);`
        : ''
      return `{ let a = ${everywhere(`g${rows.index}`, q)};\nlet p = ${p};\n${rates}\n${steps} }`
    })
    // NaN and infinity stay what they are, whatever is added.
    return whenDue(
      model,
      group,
      `var all = vec4<f32>(0.0);\n${text}\n${brokenOf(group)} = any(areBroken(all));`,
    )
  }

  // ------------------------------------------------------------------------------------------------ stages
  const dynamic = layers.filter(({ layer }) => layer.tau > 0)
  const moving = dynamic.filter(({ holder }) => holder === undefined)
  const adiabatic = layers.filter(({ layer }) => layer.tau === 0)
  const refresh = [
    ...dynamic.map(activation),
    ...adiabatic.map((one) =>
      one.holder === undefined ? `${input(one)}\n${integrate(one)}\n${activation(one)}` : activation(one),
    ),
  ].join('\n')

  /** The first row of a stimulus among the cues of its layer. */
  const firstRow = ({ layer }: Held, item: number): string => {
    const own = model.stimulus.flatMap((other, at) => (other.layer === layer.name ? [at] : []))
    if (own.some((at) => cuesOf(model, at).length > 1))
      return `arena[${place(`${layer.name}/items`)}u + replica * ${own.length}u + ${own.indexOf(item)}u].y`
    const before = own.slice(0, own.indexOf(item))
    return `${before.reduce((sum, at) => sum + (model.stimulus[at] as Stimulus).patterns.rows, 0)}u`
  }

  /** The state of a layer that a clamp holds at all times: the row shown, where it stands. */
  const behold = (one: Held): string => {
    if (one.holder === undefined) return ''
    const { layer, index, quads, holder } = one
    const stride = vectorStride(layer.size) / 4
    const shown = `u32(clock[record + ${clock.stimulusWord + holder}u])`
    const start = `at${index} = ${place(`${layer.name}/cues`)}u + (${firstRow(one, holder)} + ${shown}) * ${stride}u;`
    if (!spreads || cuesOf(model, holder).length > 1)
      return `${start}\n${times(quads, (k) => `var x${index}_${k} = vec4<f32>(0.0);\n${load(`x${index}_${k}`, `at${index}`, layer.size, k)}`)}`
    // The same for all replicas: each lane reads a quad, and hands it to the others.
    const reads = times(
      Math.ceil(quads / SPREAD),
      (q) =>
        `let s${index}_${q} = bitcast<vec4<f32>>(arena[at${index} + min(${SPREAD * q}u + neighbour % ${SPREAD}u, ${quads - 1}u)]);`,
    )
    const gives = times(
      quads,
      (k) => `let x${index}_${k} = subgroupBroadcast(s${index}_${Math.floor(k / SPREAD)}, ${k % SPREAD}u);`,
    )
    return `${start}\n${reads}\n${gives}`
  }

  const stimulate = (one: Held): string => {
    if (!one.stimulated) return ''
    const { layer, index, quads, driven, clamped, masked: isMasked } = one
    const stride = vectorStride(layer.size) / 4
    const cues = place(`${layer.name}/cues`)
    const free = isMasked ? place(`${layer.name}/free`) : 0
    const items = model.stimulus.flatMap((item, at) => {
      if (item.layer !== layer.name || at === one.holder) return []
      const start = firstRow(one, at)
      const repetition = `(replica % ${repetitionsOf(model)}u)`
      const row = item.kind === 'initial' ? `${repetition} % ${item.patterns.rows}u` : 'u32(max(shown, 0))'
      const takes = times(quads, (k) => {
        const at = (base: number): string => `${base}u + row`
        const x = `x${index}_${k}`
        const [c, h] = [`c${index}_${k}`, `h${index}_${k}`]
        const act =
          item.kind === 'current'
            ? `${c} += select(vec4<f32>(0.0), cue, taken);`
            : `${x} = select(${x}, cue, taken);${clamped && isMasked ? ` ${h} = select(${h}, vec4<bool>(${item.kind === 'clamp'}), taken);` : ''}`
        const there = isRagged(one, k) ? `${valid(one, k)} & vec4<bool>(is)` : 'vec4<bool>(is)'
        const mask = isMasked
          ? `var free = vec4<u32>(0u);\n${loadWords('free', at(free), layer.size, k)}\ntaken = taken & (free == vec4<u32>(0u));`
          : ''
        return `{ var cue = vec4<f32>(0.0); var taken = ${there};\n${load('cue', at(cues), layer.size, k)}\n${mask}\n${act} }`
      })
      // No branch, since it would merge: where nothing is shown, the first row is read and nothing taken.
      const hold =
        clamped && !isMasked && item.kind !== 'current'
          ? `h${index} = select(h${index}, ${item.kind === 'clamp'}, is);`
          : ''
      return [
        `{ let shown = clock[record + ${clock.stimulusWord + at}u]; let is = shown >= 0; ${hold}
let row = (${start} + ${row}) * ${stride}u;\n${takes} }`,
      ]
    })
    const clear = times(quads, (k) =>
      [
        driven ? `c${index}_${k} = vec4<f32>(0.0);` : '',
        clamped && isMasked ? `h${index}_${k} = vec4<bool>(false);` : '',
      ].join(' '),
    )
    const release = clamped && !isMasked ? `h${index} = false;` : ''
    return `${clear}\n${release}\n${items.join('\n')}`
  }

  const tick = [
    ...moving.map((one) => whenDue(model, one.layer, input(one))),
    ...held.filter(({ rule }) => rule !== undefined).map(learn),
    ...moving.map((one) => whenDue(model, one.layer, integrate(one))),
  ].join('\n')

  // ------------------------------------------------------------------------------------------------ samples
  const sample = (plan: ProbePlan): string => {
    const { probe, ringStart, sampleWords, slotWord, copies } = plan
    if (copies !== undefined) return ''
    const words = plan.shape.reduce((product, length) => product * length, 1)
    const at = `${ringStart}u + u32(slot) * ${sampleWords}u + replica * ${words}u`
    return `{ let slot = clock[record + ${slotWord}u];
if (slot >= 0) { let at = ${at};\n${sampleText(probe)} } }`
  }
  const put = (word: number, value: string): string => `if (lane == 0u) { ring[at + ${word}u] = ${value}; }`
  /** Four values that every lane has, by rows; `count` of them are there. */
  const putQuad = (q: number, count: number): string =>
    `if (lane == 0u) { ${Array.from({ length: Math.min(4, count - 4 * q) }, (_, c) => `ring[at + ${4 * q + c}u] = r.${XYZW[c] as string};`).join(' ')} }`
  const sampleTexts: { readonly [K in ResidentKind]: (probe: ProbeOf<K, Rows>) => string } = {
    overlap: (probe) => {
      const one = layerOf(probe.layer)
      const base = place(blockOf(`${probe.name}/patterns`))
      const { rows, columns } = probe.patterns
      const index = probes.findIndex((plan) => plan.probe === probe)
      const unit = param(`o${index}_`, `${probe.name}/store`, ['probe'], 'factor')
      return times(Math.ceil(rows / 4), (q) => {
        const sums = times(Math.min(4, rows - 4 * q), (c) =>
          times(one.quads, (k) => {
            const row = `${base + ((4 * q + c) * vectorStride(columns)) / 4}u`
            return `{ var p = vec4<f32>(0.0);\n${load('p', row, columns, k)}\nr.${XYZW[c] as string} += ${total(`p * g${one.index}_${k}`)}; }`
          }),
        )
        return `{ var r = vec4<f32>(0.0);\n${sums}\nr = reduceQuad(r) * ${real32(1 / one.layer.size)} * ${unit};\n${putQuad(q, rows)} }`
      })
    },
    similarity: (probe) => {
      const one = held.find(({ group }) => group.name === probe.memory) as HeldMatrix
      const base = place(blockOf(`${probe.name}/patterns`))
      const { rows, columns } = probe.patterns
      return times(rows, (row) => {
        const patterns = times(one.columns.quads, (k) => {
          const start = `${base + (row * vectorStride(columns)) / 4}u`
          return `var p${k} = vec4<f32>(0.0);\n${load(`p${k}`, start, columns, k)}
top = max(top, exponentOf(m${one.index}_${row}_${k})); patternTop = max(patternTop, exponentOf(p${k}));`
        })
        const sums = times(
          one.columns.quads,
          (k) =>
            `{ let m = scaled(m${one.index}_${row}_${k}, scale); let p = scaled(p${k}, patternScale); r += vec4<f32>(dot(m, p), dot(m, m), dot(p, p), 0.0); }`,
        )
        return `{ var top = 0u; var patternTop = 0u; var r = vec4<f32>(0.0);\n${patterns}
let scale = scaleOf(u32(reduceMax(f32(top), lane))); let patternScale = scaleOf(u32(reduceMax(f32(patternTop), lane)));\n${sums}
r = reduceQuad(r); let lengths = sqrt(r.y) * sqrt(r.z);
${put(row, 'select(r.x / lengths, 0.0, lengths == 0.0)')} }`
      })
    },
    speed: (probe) => {
      const one = layerOf(probe.layer)
      const { index, quads } = one
      const perTau = param(`l${index}_`, `${probe.name}/speed`, ['probe'], 'perTau')
      const fastest = times(quads, (k) => {
        const velocity = `abs(${perTau} * (${drive(one, k)} + i${index}_${k} - x${index}_${k}))`
        const free =
          one.clamped || one.holder !== undefined
            ? `select(${velocity}, vec4<f32>(0.0), ${isHeld(one, k)})`
            : velocity
        return `{ let v = ${masked(one, k, free)}; fastest = max(fastest, max(max(v.x, v.y), max(v.z, v.w))); }`
      })
      return `${input(one)}\nvar fastest = 0.0;\n${fastest}\nlet r = reduceMax(fastest, lane);\n${put(0, 'r')}`
    },
    energy: () =>
      [...layers.map(legendre), ...held.map(couplingEnergy)]
        .map((text, word) => `{ ${text}\n${put(word, 'e')} }`)
        .join('\n'),
  }
  /** The form of a probe; those that have none have been refused. */
  const sampleText = (probe: Probe): string =>
    (sampleTexts as unknown as Readonly<Record<ProbeKind, (probe: Probe) => string>>)[probe.kind](probe)
  const legendre = (one: Held): string => {
    const { index, quads, layer } = one
    const isSum = isPerNeuron(layer.lagrangian)
    const terms = times(quads, (k) => {
      const x = `x${index}_${k}`
      const own = `${one.kind}lagrangianQuad(${x}, p)`
      const product = `(${x} - (${drive(one, k)})) * g${index}_${k}`
      return `sum += ${total(masked(one, k, isSum ? `${product} - ${own}` : product))};`
    })
    const whole = isSum ? '' : ` - w${index}`
    return `let p = ${lagrangianParams(one)};\nvar sum = 0.0;\n${terms}\nlet e = reduceSum(sum, lane)${whole};`
  }
  /** -g_to (Xi g_from + offset) + |Xi - Lambda|^2 / 2; -g W g / 2 + |W - J|^2 / (4 kappa). */
  const couplingEnergy = (one: HeldMatrix): string => {
    const { group, index, rows, columns } = one
    const isMemory = 'from' in group
    const clear = times(rows.quads, (k) => `var t_${k} = vec4<f32>(0.0);`)
    const product = isMemory ? recall(one, 't') : project(one, 't')
    const other = isMemory ? rows : columns
    const pairs = sumOf(Array.from({ length: other.quads }, (_, k) => `t_${k} * g${other.index}_${k}`))
    const lines = [clear, product, `var sum = ${isMemory ? '-1.0' : '-0.5'} * ${total(pairs)};`]
    const label = `${group.name}/deviation`
    const hasDeviation = isMemory ? movingRule(group.rule)?.isElastic === true : group.tau !== undefined
    if (hasDeviation) {
      const unit = param(`m${index}_deviation_`, label, ['probe'], 'unit')
      const distances = times(rows.layer.size, (row) =>
        times(columns.quads, (k) => {
          const m = `m${index}_${row}_${k}`
          const d = one.based ? `(${m} - d${index}_${row}_${k})` : m
          return `{ let d = ${unit} * ${d}; apart += d * d; }`
        }),
      )
      lines.push(
        `var apart = vec4<f32>(0.0);\n${distances}`,
        `sum += ${param(`m${index}_deviation_`, label, ['probe'], 'factor')} * ${total('apart')};`,
      )
    }
    return `${lines.join('\n')}\nlet e = reduceSum(sum, lane);`
  }

  // ------------------------------------------------------------------------------------------------ in and out
  const state = layers.map((one) => {
    const { layer, index, quads, driven, clamped, masked: isMasked, carried, holder } = one
    const stride = vectorStride(layer.size) / 4
    const at = (buffer: string, writes: boolean): string =>
      `${place(`${layer.name}/${buffer}`, writes)}u + replica * ${stride}u`
    const bias = `${place(`${layer.name}/bias`)}u + (replica % ${biasRows(model, layer)}u) * ${stride}u`
    // What an adiabatic layer has not been given belongs to the rest of the state, whoever asks for it.
    const isKept = holder === undefined && (layer.tau > 0 || clamped)
    const fresh = times(quads, (k) =>
      [
        `var g${index}_${k} = vec4<f32>(0.0); var i${index}_${k} = vec4<f32>(0.0);`,
        isKept || holder !== undefined ? '' : `var x${index}_${k} = vec4<f32>(0.0);`,
      ].join(' '),
    )
    const word = (value: string): string => `select(vec4<u32>(0u), vec4<u32>(1u), ${value})`
    const reads = times(quads, (k) =>
      [
        isKept ? `var x${index}_${k} = vec4<f32>(0.0);` : '',
        isKept ? load(`x${index}_${k}`, at('state', true), layer.size, k) : '',
        carried
          ? `var l${index}_${k} = vec4<f32>(0.0);\n${load(`l${index}_${k}`, at('carry', true), layer.size, k)}`
          : '',
        `var b${index}_${k} = vec4<f32>(0.0);`,
        load(`b${index}_${k}`, bias, layer.size, k),
        isRagged(one, k)
          ? `let ${valid(one, k)} = vec4<u32>(4u * (${quadAt(k)})) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(${layer.size}u);`
          : '',
        driven
          ? `var c${index}_${k} = vec4<f32>(0.0);
${load(`c${index}_${k}`, at('current', true), layer.size, k)}`
          : '',
        clamped && isMasked
          ? `var h${index}_${k} = vec4<bool>(false);
{ var word = vec4<u32>(0u);
${loadWords('word', at('hold', true), layer.size, k)}
h${index}_${k} = word != vec4<u32>(0u); }`
          : '',
      ].join('\n'),
    )
    const whole =
      holder !== undefined
        ? `var at${index} = ${at('state', true)};`
        : clamped && !isMasked
          ? `var h${index} = arena[${at('hold', true)}].x != 0u;`
          : ''
    const writes = times(quads, (k) =>
      [
        ...(holder === undefined
          ? []
          : [`{ var last = vec4<u32>(0u);`, loadWords('last', `at${index}`, layer.size, k)]),
        ...(holder === undefined ? [] : [store(at('state', true), layer.size, k, 'last'), '}']),
        ...(isKept ? [store(at('state', true), layer.size, k, `x${index}_${k}`)] : []),
        ...(carried ? [store(at('carry', true), layer.size, k, `l${index}_${k}`)] : []),
        ...(driven ? [store(at('current', true), layer.size, k, `c${index}_${k}`)] : []),
        ...(clamped || holder !== undefined
          ? [store(at('hold', true), layer.size, k, word(isHeld(one, k)))]
          : []),
      ].join('\n'),
    )
    return {
      reads: `${reads}\n${whole}`,
      fresh: hasEnergy ? `${fresh}\nvar w${index} = 0.0;` : fresh,
      writes,
    }
  })
  const couplings = held.map(({ group, index, rows, columns, rule, carried, based }) => {
    const { quads } = columns
    const learns = rule !== undefined
    const count = rows.layer.size
    const size = columns.layer.size
    const matrix = matrices.get(group.name) as Matrix
    const copies = matrix.copies > 1
    const base = place(blockOf(group.name), learns)
    const stride = vectorStride(size) / 4
    const from = (start: number, row: number): string =>
      copies ? `${start + row * stride}u + replica * ${count * stride}u` : `${start + row * stride}u`
    const at = (row: number): string => from(base, row)
    const low = carried ? place(blockOf(carryNameOf(group.name)), true) : 0
    const other = based ? place(blockOf(`${group.name}/base`)) : 0
    const reads = times(count, (row) =>
      times(quads, (k) =>
        [
          `var m${index}_${row}_${k} = vec4<f32>(0.0);`,
          load(`m${index}_${row}_${k}`, at(row), size, k),
          ...(carried
            ? [
                `var e${index}_${row}_${k} = vec4<f32>(0.0);`,
                load(`e${index}_${row}_${k}`, from(low, row), size, k),
              ]
            : []),
          ...(based
            ? [
                `var d${index}_${row}_${k} = vec4<f32>(0.0);`,
                load(`d${index}_${row}_${k}`, `${other + row * stride}u`, size, k),
              ]
            : []),
        ].join('\n'),
      ),
    )
    const writes = learns
      ? times(count, (row) =>
          times(quads, (k) =>
            [
              store(at(row), size, k, `m${index}_${row}_${k}`),
              ...(carried ? [store(from(low, row), size, k, `e${index}_${row}_${k}`)] : []),
            ].join('\n'),
          ),
        )
      : ''
    return { reads, writes }
  })

  const change = layers.map(stimulate).join('\n')
  const samples = probes.map(sample).join('\n')
  const functions = layers
    .filter(({ kind }, at) => layers.findIndex((one) => one.kind === kind) === at)
    .map(({ layer, kind }) =>
      prefixed([lagrangianSource(layer.lagrangian), functionsOf(layer)].join('\n'), kind),
    )
  const broken = [...watched].map((fault) => `broken${fault}`)
  const body = [
    ...state.map(({ reads }) => reads),
    ...couplings.map(({ reads }) => reads),
    // A tick and its samples are two rounds of one loop: both begin with the activations of the state as it is. Also where
    // a snapshot is copied, so that adiabatic layers belong to it.
    `var samples = false;
var record = 0u;
var flags = clock[${clock.flagsWord}u];
while (flags != 0) {
${[...state.map(({ fresh }) => fresh), ...layers.map(behold)].join('\n')}
samples = samples || (flags & RUNS) == 0;
${change.trim() === '' ? '' : `if (!samples && (flags & CHANGES) != 0) {\n${change}\n}`}
${broken.map((name) => `var ${name} = false;`).join('\n')}
${refresh}
${samples.trim() === '' && !probes.length ? tick : `if (samples) {\n${samples}\n} else {\n${tick}\n}`}
if (${broken.join(' || ')}) {
${[...watched].map((fault) => `if (broken${fault}) { atomicMin(&faults[${fault}u], u32(clock[record])); }`).join('\n')}
}
samples = !samples && (flags & SAMPLES) != 0;
record += select(RECORD_WORDS, 0u, samples);
flags = clock[record + ${clock.flagsWord}u];
}`,
    ...state.map(({ writes }) => writes),
    ...couplings.map(({ writes }) => writes),
  ].join('\n')
  const paramLines = [...fields.map(({ name, type }) => `  ${name}: ${type},`)]
  const params: Operation['params'] = (m) => {
    const values: Record<string, number> = { none: 0 }
    const cache = new Map<Operation, Readonly<Record<string, number>>>()
    for (const { name, from, field } of fields) {
      let known = cache.get(from)
      if (known === undefined) {
        known = from.params(m)
        cache.set(from, known)
      }
      values[name] = known[field] as number
    }
    return values
  }
  const isVaried = differs(model, params)
  const source = [
    lanes === 1 && !spreads ? '' : 'enable subgroups;',
    `const RECORD_WORDS: u32 = ${clock.recordBytes / 4}u;
const RUNS = ${RUNS};
const CHANGES = ${CHANGES};
const SAMPLES = ${SAMPLES};
struct Params {
${paramLines.length === 0 ? '  none: u32,' : paramLines.join('\n')}
}
${isVaried ? '@group(0) @binding(0) var<storage, read> table: array<Params>;' : '@group(0) @binding(0) var<uniform> params: Params;'}
@group(0) @binding(1) var<storage, read_write> arena: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> ring: array<f32>;
@group(0) @binding(3) var<storage, read_write> faults: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read> clock: array<i32>;

@compute @workgroup_size(${lanes * together})
fn live(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) invocation: u32${spreads ? ', @builtin(subgroup_invocation_id) neighbour: u32' : ''}) {
${
  lanes === 1
    ? `let replica = (group.y * groups.x + group.x) * ${together}u + invocation;\nlet lane = 0u;`
    : 'let replica = group.y * groups.x + group.x;\nlet lane = invocation;'
}
${workgroups * together === replicas ? '' : `if (replica >= ${replicas}u) { return; }`}
let own = ${isVaried ? 'table[replica]' : 'params'};
${body}
}`,
    wgsl(lanes === 1 ? 'resident/lone' : 'resident/subgroup'),
    wgsl('resident/quad'),
    wgsl('common/real'),
    ...(model.layers.some(({ name }) => isWarm(model, name))
      ? [wgsl('common/random'), wgsl('resident/noise')]
      : []),
    ...(layers.some(({ carried }) => carried) || held.some(({ carried }) => carried)
      ? [wgsl('common/carry')]
      : []),
    ...([body, ...functions].join().includes('scaleOf(') ? [wgsl('common/magnitude')] : []),
    ...(rules.length > 0 ? [wgsl('resident/rows')] : []),
    ...(rules.every(hasSteadyRate) ? [] : [wgsl(`integrator/${integratorOf(model.time.integrator).gain}`)]),
    ...rules.map((rule, index) => prefixed(wgsl(`rule/${rule}`), `r${index}_`)),
    ...functions,
  ].join('\n')
  return { source, lines: body.split('\n').length, parts, params }
}

/** What a Lagrangian's own functions are called with, a quad at a time. */
function functionsOf({ lagrangian }: Layer): string {
  const { logSumExp, isCheap, isPerNeuron } = lagrangianFacts(lagrangian)
  if (logSumExp !== undefined) return wgsl('resident/softmax')
  if (isCheap) return wgsl('resident/few')
  return wgsl(isPerNeuron ? 'resident/each' : 'resident/whole')
}

/** All functions, constants and types of a WGSL file under names of their own, so that several Lagrangians fit one kernel. */
function prefixed(source: string, prefix: string): string {
  const names = [...source.matchAll(/\b(?:fn|const|alias) (\w+)/g)].map((match) => match[1] as string)
  return source.replace(new RegExp(`\\b(?:${names.join('|')})\\b`, 'g'), (name) => prefix + name)
}

/** A float literal of WGSL. */
function real32(value: number): string {
  const text = String(Math.fround(value))
  return /[.e]/.test(text) ? text : `${text}.0`
}
