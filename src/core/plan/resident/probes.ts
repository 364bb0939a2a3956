/** Samples that the resident kernel writes to the ring; ../probes.ts defines them. */
import { hasEnergy } from '../../kinds/couplings/table.ts'
import { isPerNeuron } from '../../kinds/lagrangians/table.ts'
import type { ProbeKind, ProbeOf } from '../../kinds/probes/table.ts'
import { movingRule } from '../../kinds/rules/table.ts'
import type { Probe, Rows } from '../../model/model.ts'
import { vectorStride } from '../layout.ts'
import type { ProbePlan, ResidentKind } from '../probes.ts'
import { lagrangianParams } from './activations.ts'
import { input, project, recall } from './products.ts'
import type { Held, HeldMatrix, Writing } from './types.ts'
import { drive, everyQuad, inFours, isHeld, loadNew, padded, sumOf, times } from './words.ts'

/** The sample of a probe, in ticks that have one; empty for a probe that copies. */
export function sample(writing: Writing, plan: ProbePlan): string {
  const { probe, ringStart, sampleWords, slotWord, copies, shape } = plan
  if (copies !== undefined) return ''
  const words = shape.reduce((product, length) => product * length, 1)
  const at = `${ringStart}u + u32(slot) * ${sampleWords}u + replica * ${words}u`
  // Kinds without a form were refused earlier.
  const write = (SAMPLES as unknown as Readonly<Record<ProbeKind, (w: Writing, probe: Probe) => string>>)[
    probe.kind
  ]
  return `{ let slot = clock[record + ${slotWord}u];
if (slot >= 0) { let at = ${at};\n${write(writing, probe)} } }`
}

/** Adding a kind: docs/extending.md. */
const SAMPLES: { readonly [K in ResidentKind]: (writing: Writing, probe: ProbeOf<K, Rows>) => string } = {
  overlap,
  errors: (writing, probe) => signs(writing, probe, (s, g) => `0.5 * (abs(${s}) - ${s} * ${g})`),
  'sign-overlap': (writing, probe) =>
    signs(writing, probe, (s, g) => `${s} * ${g}`, 1 / probe.patterns.columns),
  kept,
  similarity,
  speed,
  energy: (writing) =>
    [
      ...writing.layers.map((one) => legendre(writing, one)),
      ...writing.matrices.filter(({ group }) => hasEnergy(group)).map((one) => couplingEnergy(writing, one)),
    ]
      .map((text, word) => `{ ${text}\n${put(word, 'e')} }`)
      .join('\n'),
}

function put(word: number, value: string): string {
  return `if (lane == 0u) { ring[at + ${word}u] = ${value}; }`
}

/** A probe that compares a layer with patterns. */
type Comparing = ProbeOf<'overlap' | 'errors' | 'sign-overlap' | 'kept', Rows>

/**
 * A sum over the neurons for each pattern, four patterns at a time.
 * @param term - of a quad of the pattern and one of the layer
 * @param then - the text after the sums `r` of four patterns, in every lane
 */
function compare(
  { layers, placeMatrix }: Writing,
  probe: Comparing,
  term: (pattern: string, activation: string) => string,
  then: (four: Parameters<Parameters<typeof inFours>[1]>[0]) => string,
): string {
  const one = layers.find(({ layer }) => layer.name === probe.layer) as Held
  const base = placeMatrix(`${probe.name}/patterns`)
  const { rows, columns } = probe.patterns
  return inFours(rows, (four) => {
    const sums = four.map(([mu, component]) =>
      times(one.quads, (k) => {
        const pattern = loadNew(one, k, 'p', `${base + (mu * vectorStride(columns)) / 4}u`)
        return `{ ${pattern}\nr.${component} += total(${term('p', `g${one.index}_${k}`)}); }`
      }),
    )
    return `{ var r = vec4<f32>(0.0);\n${sums.join('\n')}\n${then(four)} }`
  })
}

/** Scales the sums of `compare` to overlaps. */
function scaled({ probes, param }: Writing, probe: Comparing, act: string): string {
  const index = probes.findIndex((plan) => plan.probe === probe)
  const unit = param(`o${index}_`, `${probe.name}/${act}`, ['probe'], 'factor')
  return `r = reduceQuad(r) * ${real32(1 / probe.patterns.columns)} * ${unit};`
}

function overlap(writing: Writing, probe: ProbeOf<'overlap', Rows>): string {
  const scale = scaled(writing, probe, 'store')
  return compare(
    writing,
    probe,
    (p, g) => `${p} * ${g}`,
    (four) => {
      const puts = four.map(([mu, component]) => `ring[at + ${mu}u] = r.${component};`)
      return `${scale}\nif (lane == 0u) { ${puts.join(' ')} }`
    },
  )
}

function kept(writing: Writing, probe: ProbeOf<'kept', Rows>): string {
  const scale = scaled(writing, probe, 'count')
  const counts = compare(
    writing,
    probe,
    (p, g) => `${p} * ${g}`,
    (four) => {
      const terms = four.map(
        ([, component]) => `select(0.0, 1.0, r.${component} >= ${real32(probe.threshold)})`,
      )
      return `${scale}\ncount += ${terms.join(' + ')};`
    },
  )
  return `var count = 0.0;\n${counts}\n${put(0, 'count')}`
}

/** factor * sum of terms of signs s of a pattern and of the layer. */
function signs(
  writing: Writing,
  probe: ProbeOf<'errors', Rows> | ProbeOf<'sign-overlap', Rows>,
  term: (pattern: string, activation: string) => string,
  factor = 1,
): string {
  return compare(
    writing,
    probe,
    (p, g) => term(`sign(${p})`, `sign(${g})`),
    (four) => {
      const puts = four.map(([mu, component]) => `ring[at + ${mu}u] = ${real32(factor)} * r.${component};`)
      return `r = reduceQuad(r);\nif (lane == 0u) { ${puts.join(' ')} }`
    },
  )
}

function similarity({ matrices, placeMatrix }: Writing, probe: ProbeOf<'similarity', Rows>): string {
  const one = matrices.find(({ group }) => group.name === probe.memory) as HeldMatrix
  const base = placeMatrix(`${probe.name}/patterns`)
  const { rows, columns } = probe.patterns
  return times(rows, (row) => {
    const m = (k: number): string => `m${one.index}_${row}_${k}`
    const patterns = times(one.columns.quads, (k) => {
      const pattern = loadNew(one.columns, k, `p${k}`, `${base + (row * vectorStride(columns)) / 4}u`)
      return `${pattern}
top = max(top, exponentOf(${m(k)})); patternTop = max(patternTop, exponentOf(p${k}));`
    })
    const sums = times(
      one.columns.quads,
      (k) =>
        `{ let m = scaled(${m(k)}, scale); let p = scaled(p${k}, patternScale); r += vec4<f32>(dot(m, p), dot(m, m), dot(p, p), 0.0); }`,
    )
    return `{ var top = 0u; var patternTop = 0u; var r = vec4<f32>(0.0);\n${patterns}
let scale = scaleOf(u32(reduceMax(f32(top), lane))); let patternScale = scaleOf(u32(reduceMax(f32(patternTop), lane)));\n${sums}
r = reduceQuad(r); let lengths = sqrt(r.y) * sqrt(r.z);
${put(row, 'select(r.x / lengths, 0.0, lengths == 0.0)')} }`
  })
}

function speed(writing: Writing, probe: ProbeOf<'speed', Rows>): string {
  const one = writing.layers.find(({ layer }) => layer.name === probe.layer) as Held
  const { index, quads, clamped, holder } = one
  const perTau = writing.param(`l${index}_`, `${probe.name}/speed`, ['probe'], 'perTau')
  const fastest = times(quads, (k) => {
    const velocity = `abs(${perTau} * (${drive(one, k)} + i${index}_${k} - x${index}_${k}))`
    const free =
      clamped || holder !== undefined ? `select(${velocity}, vec4<f32>(0.0), ${isHeld(one, k)})` : velocity
    return `{ let v = ${padded(one, k, free)}; fastest = max(fastest, max(max(v.x, v.y), max(v.z, v.w))); }`
  })
  return `${input(writing, one)}\nvar fastest = 0.0;\n${fastest}\nlet r = reduceMax(fastest, lane);\n${put(0, 'r')}`
}

/** (x - b - I) g - L(x) */
function legendre(writing: Writing, one: Held): string {
  const { index, quads, layer, kind } = one
  const isSum = isPerNeuron(layer.lagrangian)
  const terms = times(quads, (k) => {
    const x = `x${index}_${k}`
    const product = `(${x} - (${drive(one, k)})) * g${index}_${k}`
    const term = isSum ? `${product} - ${kind}lagrangianQuad(${x}, p)` : product
    return `sum += total(${padded(one, k, term)});`
  })
  const whole = isSum ? '' : ` - w${index}`
  return `let p = ${lagrangianParams(writing, one)};\nvar sum = 0.0;\n${terms}\nlet e = reduceSum(sum, lane)${whole};`
}

/** -g_to (Xi g_from + offset) + |Xi - Lambda|^2 / 2; -g W g / 2 + |W - J|^2 / (4 kappa). */
function couplingEnergy({ param }: Writing, one: HeldMatrix): string {
  const { group, index, rows, columns, based } = one
  const isMemory = 'from' in group
  const other = isMemory ? rows : columns
  const pairs = sumOf(Array.from({ length: other.quads }, (_, k) => `t_${k} * g${other.index}_${k}`))
  const lines = [
    times(rows.quads, (k) => `var t_${k} = vec4<f32>(0.0);`),
    isMemory ? recall(one, 't') : project(one, 't'),
    `var sum = ${isMemory ? '-1.0' : '-0.5'} * total(${pairs});`,
  ]
  const hasDeviation = isMemory ? movingRule(group.rule)?.isElastic === true : group.tau !== undefined
  if (hasDeviation) {
    const get = (field: string): string =>
      param(`m${index}_deviation_`, `${group.name}/deviation`, ['probe'], field)
    const distances = everyQuad(one, (row, k) => {
      const m = `m${index}_${row}_${k}`
      return `{ let d = ${get('unit')} * ${based ? `(${m} - d${index}_${row}_${k})` : m}; apart += d * d; }`
    })
    lines.push(`var apart = vec4<f32>(0.0);\n${distances}`, `sum += ${get('factor')} * total(apart);`)
  }
  return `${lines.join('\n')}\nlet e = reduceSum(sum, lane);`
}

/** A float literal of WGSL. */
function real32(value: number): string {
  const text = String(Math.fround(value))
  return /[.e]/.test(text) ? text : `${text}.0`
}
