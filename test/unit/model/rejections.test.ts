import { gzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { encodeNpy } from '../../../src/core/data/npy.ts'
import { encodeNpz } from '../../../src/core/data/npz.ts'
import { ModelError } from '../../../src/core/errors.ts'
import { parseJson } from '../../../src/core/model/json.ts'
import { setPath } from '../../../src/core/model/path.ts'
import { hidden, memory, resolve, scenario, visible, type Raw } from './resolving.ts'

const layers = (visibleParts: Raw = {}, hiddenParts: Raw = {}): Raw =>
  scenario({ neurons: { visible: visible(visibleParts), hidden: hidden(hiddenParts) } })
const memories = (parts: Raw): Raw => scenario({ memories: { xi: memory(parts) } })
const synapse = (parts: Raw): Raw => scenario({ synapses: { w: { layer: 'visible', ...parts } } })
const init = (patterns: Raw): Raw => memories({ init: patterns })
const shown = (parts: Raw): Raw =>
  scenario({
    stimulus: [{ kind: 'clamp', layer: 'visible', patterns: { kind: 'zeros' }, ...parts }],
  })
const clamped = (patterns: Raw): Raw => shown({ patterns })
const probe = (parts: Raw): Raw => scenario({ probes: { p: parts } })
const image = { size: [4, 4], lagrangian: { kind: 'tanh', gain: 1 } }
const edge = (parts: Raw, between: Raw = {}, seen: Raw = {}): Raw => ({
  version: 1,
  time: { dt: 0.1, ticks: 1 },
  neurons: {
    a: { size: 3, lagrangian: { kind: 'tanh' }, ...seen },
    b: { size: 2, lagrangian: { kind: 'tanh' }, ...seen },
  },
  memories: {
    p: {
      kind: 'product',
      between: {
        a: { kind: 'random', distribution: 'binary', count: 4 },
        b: { kind: 'random', distribution: 'binary', count: 4 },
        ...between,
      },
      ...parts,
    },
  },
})

const filters = (parts: Raw, features: Raw = {}, seen: Raw = {}): Raw => ({
  version: 1,
  time: { dt: 0.1, ticks: 1 },
  neurons: { image: { ...image, ...seen }, features: { ...image, size: [2, 2, 2], ...features } },
  memories: {
    k: {
      kind: 'convolution',
      from: 'image',
      to: 'features',
      kernel: [3, 3],
      init: { kind: 'random', distribution: 'normal' },
      ...parts,
    },
  },
})
const values = (rows: number[][]): Raw => ({ kind: 'values', values: rows })
const rows = (count: number, columns: number): number[][] =>
  Array.from({ length: count }, () => Array<number>(columns).fill(1))

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

const floats = encodeNpy({ shape: [3, 5], data: new Float32Array(15) })
const notANumber = new Float32Array(18)
notANumber[7] = NaN
const objects = encodeNpy({ shape: [3, 6], data: new Float32Array(18) })
// The dtype, which stands behind `descr` in the header.
objects.set(ascii('|O '), 21)
const idx = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 3, ...Array<number>(18).fill(255)])

const files = {
  'five.npy': floats,
  'short.npy': floats.subarray(0, 150),
  'nan.npy': encodeNpy({ shape: [3, 6], data: notANumber }),
  'objects.npy': objects,
  'text.npy': ascii('1, 2, 3'),
  'empty.npy': encodeNpy({ shape: [0, 6], data: new Float32Array(0) }),
  'two.npz': encodeNpz({
    a: { shape: [1], data: new Float32Array(1) },
    b: { shape: [1], data: new Float32Array(1) },
  }),
  'broken.npz': Uint8Array.from([80, 75, 3, 4, 0, 0]),
  'images.gz': gzipSync(idx),
  'short.gz': gzipSync(idx).subarray(0, 20),
  'short.idx': idx.subarray(0, 20),
  'floats.idx': Uint8Array.from([0, 0, 13, 3]),
  'labels.idx': Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 0, 0, 1]),
  'labels4.idx': Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 4, 0, 0, 1, 1]),
  'note.png': ascii('not a picture'),
}

/** What is wrong, the scenario, the JSON path it is reported at, and what the line says of value and remedy. */
const cases: [string, Raw, string, RegExp][] = [
  // Filters
  [
    'filters on a layer that is no image',
    filters({}, {}, { size: 16 }),
    'memories.k.from',
    /names `image`, a layer of 16 neurons, but a convolution joins images; set neurons\.image\.size to \[height, width\]/,
  ],
  [
    'features of another shape',
    filters({}, { size: [2, 3, 2] }),
    'neurons.features.size',
    /is \[2, 3, 2\], but filters of \[3, 3\], stride 1, boundary "valid" have 2 x 2 places .* set it to \[2, 2, 2\]/,
  ],
  [
    'features of another stride',
    filters({ stride: 2, boundary: 'zero' }, { size: [2, 4, 4] }),
    'neurons.features.size',
    /set it to \[2, 2, 2\]/,
  ],
  [
    'a filter that is larger than the image',
    filters({ kernel: [5, 3] }),
    'memories.k.kernel',
    /\[5, 3\] is larger than the \[4, 4\] of layer `image`; use a smaller one, or boundary "zero" or "periodic"/,
  ],
  [
    'filters of another rule',
    filters({ rule: 'gated', tau: 3 }, { lagrangian: { kind: 'relu' } }),
    'memories.k.rule',
    /"gated" is not possible for a memory of kind "convolution"; use "fixed" or "hebbian"/,
  ],
  [
    'as many filters as there are not features',
    filters({ init: { kind: 'random', distribution: 'normal', count: 3 } }),
    'memories.k.init',
    /has 3 rows, layer `features` has 2 features/,
  ],
  [
    'filters of another size',
    filters({ init: { kind: 'values', values: rows(2, 8) } }),
    'memories.k.init',
    /rows have 8 columns, a filter has 1 x 3 x 3 weights; give rows of 9$/,
  ],
  [
    'a kind of memory that there is not',
    filters({ kind: 'scattered' }),
    'memories.k.kind',
    /must be "dense", "convolution", "sparse", "product" or "attention", not "scattered"/,
  ],
  [
    'a hyperedge of one layer',
    edge({ between: { a: { kind: 'zeros', count: 4 } } }),
    'memories.p.between',
    /joins 1 layers; give patterns for 2 to 4 layers/,
  ],
  [
    'a hyperedge as a whole, which has no rows',
    { ...edge({}), probes: { q: { kind: 'similarity', memory: 'p', patterns: { kind: 'zeros' } } } },
    'probes.q.memory',
    /`p` is of kind "product" and has several arrays; name `p\.a` or `p\.b`/,
  ],
  [
    'a snapshot of a hyperedge as a whole',
    { ...edge({}), probes: { q: { kind: 'snapshot', of: 'p' } } },
    'probes.q.of',
    /`p` is of kind "product" and has several arrays; name `p\.a` or `p\.b`/,
  ],
  [
    'a distance of a hyperedge',
    { ...edge({}), probes: { q: { kind: 'distance', of: 'p.a', target: { kind: 'zeros' } } } },
    'probes.q.of',
    /`p` is of kind "product", but only a whole matrix has a distance/,
  ],
  [
    'other patterns than an array of a hyperedge has rows',
    {
      ...edge({}),
      probes: { q: { kind: 'similarity', memory: 'p.a', patterns: { kind: 'zeros', count: 3 } } },
    },
    'probes.q.patterns',
    /has 3 rows, but memory `p\.a` has 4; give 4 patterns/,
  ],
  [
    'a hyperedge with a layer that there is not',
    edge({}, { c: { kind: 'zeros', count: 4 } }),
    'memories.p.between.c',
    /no layer is called `c`/,
  ],
  [
    'a hyperedge with more patterns for one layer than for another',
    edge({}, { b: { kind: 'zeros', count: 5 } }),
    'memories.p.between.b',
    /has 5 rows, but `a` has 4; give every layer the same number of patterns/,
  ],
  [
    'a hyperedge between adiabatic layers',
    edge({}, {}, { tau: 0 }),
    'memories.p',
    /joins `a` and `b`, both adiabatic \(tau 0\).*; set neurons.a.tau or neurons.b.tau above 0/,
  ],
  [
    'a hyperedge that learns without a time constant',
    edge({ rule: 'hebbian' }),
    'memories.p.tau',
    /is missing; rule "hebbian" needs a time constant > 0/,
  ],
  [
    'a time constant of a hyperedge that does not learn',
    edge({ tau: 3 }),
    'memories.p.tau',
    /is 3, but rule "fixed" has no time constant/,
  ],
  [
    'a hyperedge whose rule is of memories alone',
    edge({ rule: 'gated', tau: 3 }),
    'memories.p.rule',
    /must be "fixed" or "hebbian", not "gated"/,
  ],
  [
    'a direction that there is not',
    memories({ direction: 'up' }),
    'memories.xi.direction',
    /must be "both", "forward" or "backward", not "up"/,
  ],
  [
    'a filter of a dense memory',
    memories({ kernel: [3, 3] }),
    'memories.xi.kernel',
    /has no meaning here; leave it out \(known here: kind, from, to,/,
  ],
  [
    'a bias of filters that do not learn',
    filters({ bias: { kind: 'zeros' } }),
    'memories.k.bias',
    /rule "fixed" has no bias; leave it out or choose rule "hebbian" or "anti-hebbian"$/,
  ],
  // The schema
  ['another version', scenario({ version: 2 }), 'version', /must be 1, not 2/],
  ['no version', scenario({ version: undefined }), 'version', /must be 1/],
  ['an unknown key', layers({ tua: 2 }), 'neurons.visible.tua', /unknown key; did you mean `tau`\?/],
  ...['neurons', 'synapses', 'memories', 'probes'].map((group): [string, Raw, string, RegExp] => [
    `a name in ${group} that is too long for a file`,
    scenario({ [group]: { [`x${'y'.repeat(200)}`]: {} } }),
    `${group}.x${'y'.repeat(56)}...`,
    /^a name has at most 200 letters, not 201; shorten it$/,
  ]),
  [
    'an unknown key of many letters',
    layers({ ['z'.repeat(1000)]: 2 }),
    `neurons.visible.${'z'.repeat(57)}...`,
    /^unknown key; known here: `size`, /,
  ],
  ['an unknown section', scenario({ probs: {} }), 'probs', /unknown key; did you mean `probes`\?/],
  [
    'a misspelt required key',
    scenario({ neurons: { v: { size: 1, lagrangain: {} } } }),
    'neurons.v.lagrangain',
    /did you mean `lagrangian`\?/,
  ],
  [
    'a required key left out',
    scenario({ neurons: { v: { size: 1 } } }),
    'neurons.v.lagrangian',
    /is missing; must be an object with "kind" "linear", .*"softmax".* or "custom"/,
  ],
  ['a negative tau', layers({ tau: -1 }), 'neurons.visible.tau', /must be a number >= 0, not -1/],
  [
    'a tau of text',
    layers({ tau: 'fast' }),
    'neurons.visible.tau',
    /must be a number >= 0 or an object with "kind" .*, not "fast"/,
  ],
  ['a zero dt', scenario({ time: { dt: 0, ticks: 1 } }), 'time.dt', /must be a number > 0, not 0/],
  [
    'an infinite number',
    scenario({ time: { dt: Infinity, ticks: 1 } }),
    'time.dt',
    /between 1e-30 and 1e30 in size \(float32\), not Infinity/,
  ],
  [
    'a fraction of a tick',
    scenario({ time: { dt: 1, ticks: 1.5 } }),
    'time.ticks',
    /must be an integer from 0 to 2147483648, not 1.5/,
  ],
  ['a size of 0', layers({ size: 0 }), 'neurons.visible.size', /must be an integer from 1 to .*, not 0/],
  [
    'a four-dimensional layer',
    layers({ size: [1, 2, 3, 4] }),
    'neurons.visible.size.3',
    /4 is one too many; leave it out/,
  ],
  [
    'an unknown integrator',
    scenario({ time: { dt: 1, ticks: 1, integrator: 'eular' } }),
    'time.integrator',
    /"exponential-euler", "euler", "heun" or "rk4", not "eular"; did you mean `euler`\?/,
  ],
  [
    'an unknown Lagrangian',
    layers({ lagrangian: { kind: 'softmx' } }),
    'neurons.visible.lagrangian.kind',
    /not "softmx"; did you mean `softmax`\?/,
  ],
  [
    'a parameter of another Lagrangian',
    layers({ lagrangian: { kind: 'tanh', beta: 2 } }),
    'neurons.visible.lagrangian.beta',
    /has no meaning here; leave it out \(known here: kind, gain\)/,
  ],
  [
    'a zero gain',
    layers({ lagrangian: { kind: 'tanh', gain: 0 } }),
    'neurons.visible.lagrangian.gain',
    /must be a number > 0, not 0/,
  ],
  [
    'degree 1',
    layers({ lagrangian: { kind: 'power', degree: 1 } }),
    'neurons.visible.lagrangian.degree',
    /from 2 to 100, not 1/,
  ],
  ['rate 0', layers({ every: 0 }), 'neurons.visible.every', /must be an integer from 1 to .*, not 0/],
  ['a seed above 32 bits', scenario({ seed: 2 ** 32 }), 'seed', /from 0 to 4294967295, not 4294967296/],
  ['no replicas', scenario({ replicas: 0 }), 'replicas', /from 1 to 65535, not 0/],
  ['too many replicas', scenario({ replicas: 70000 }), 'replicas', /from 1 to 65535, not 70000/],
  ['a layer without neurons', scenario({ neurons: {} }), 'neurons', /must have at least one entry/],
  [
    'a name with a dot',
    scenario({ neurons: { 'v.1': visible() } }),
    'neurons.v.1',
    /a name starts with a letter.*not "v.1"/,
  ],
  [
    'a source without its kind',
    init({ path: 'a' }),
    'memories.xi.init.kind',
    /is missing; must be "array", .* or "zeros"/,
  ],
  [
    'an unknown source',
    init({ kind: 'npx', path: 'a' }),
    'memories.xi.init.kind',
    /not "npx"; did you mean `npy`\?/,
  ],
  [
    'a bias that is neither',
    layers({ bias: 'high' }),
    'neurons.visible.bias',
    /must be a number or an object with "kind" .*, not "high"/,
  ],
  [
    'a mistake inside a bias',
    layers({ bias: { kind: 'values', values: [['a']] } }),
    'neurons.visible.bias.values.0.0',
    /must be a number, not "a"/,
  ],
  [
    'a fraction above 1',
    clamped({ kind: 'zeros', corrupt: { op: 'flip', fraction: 2 } }),
    'stimulus.0.patterns.corrupt.fraction',
    /from 0 to 1, not 2/,
  ],
  [
    'a sparsity of 1',
    init({ kind: 'random', distribution: 'normal', sparsity: 1 }),
    'memories.xi.init.sparsity',
    />= 0 and < 1, not 1/,
  ],
  [
    'an unknown transform',
    init({ kind: 'zeros', transform: [{ op: 'centre' }] }),
    'memories.xi.init.transform.0.op',
    /did you mean `center`\?/,
  ],
  [
    'an initial state with an end',
    shown({ kind: 'initial', stop: 5 }),
    'stimulus.0.stop',
    /has no meaning here; leave it out/,
  ],
  [
    'a base of 1',
    synapse({ base: 1 }),
    'synapses.w.base',
    /must be 0 or an object with "kind" "hebbian", .*, not 1/,
  ],

  [
    'a name that objects have',
    scenario({ memories: { prototype: memory() } }),
    'memories.prototype',
    /`prototype` is reserved; choose another/,
  ],

  // One value against another
  [
    'a name used twice',
    scenario({ memories: { visible: memory() } }),
    'memories.visible',
    /`visible` is taken by neurons.visible; rename/,
  ],
  [
    'a name that meets a probe in the results',
    scenario({
      neurons: { time: visible(), visible: visible(), hidden: hidden() },
      probes: { state: { kind: 'snapshot', of: 'visible' } },
    }),
    'neurons.time',
    /state.time; rename/,
  ],
  [
    'an odd power on a dynamic layer',
    layers({ lagrangian: { kind: 'power', degree: 3, rectified: false } }),
    'neurons.visible.lagrangian.degree',
    /3 is odd.*use 4, rectified: true, or tau 0/,
  ],
  [
    'a broken power that is not rectified',
    layers({ lagrangian: { kind: 'power', degree: 2.5, rectified: false } }),
    'neurons.visible.lagrangian.degree',
    /2.5, rectified: false needs an integer/,
  ],
  [
    'noise on an adiabatic layer',
    layers({}, { temperature: 1 }),
    'neurons.hidden.temperature',
    /adiabatic.*set it to 0 or tau above 0/,
  ],
  [
    'an unknown layer in a memory',
    memories({ from: 'visibel' }),
    'memories.xi.from',
    /no layer is called `visibel`; did you mean `visible`\?/,
  ],
  [
    'a memory from a layer to itself',
    memories({ to: 'visible' }),
    'memories.xi.to',
    /joins layer `visible` with itself; name another layer/,
  ],
  [
    'two joined adiabatic layers',
    layers({ tau: 0 }),
    'memories.xi',
    /`visible` and `hidden`, both adiabatic .*set neurons.visible.tau or neurons.hidden.tau above 0/,
  ],
  [
    'a time constant for a fixed memory',
    memories({ tau: 3 }),
    'memories.xi.tau',
    /is 3, but rule "fixed" has no time constant; leave it out/,
  ],
  [
    'a bias for a fixed memory',
    memories({ bias: { kind: 'zeros' } }),
    'memories.xi.bias',
    /rule "fixed" has no bias; leave it out/,
  ],
  [
    'learning without a time constant',
    memories({ rule: 'gated' }),
    'memories.xi.tau',
    /is missing; rule "gated" needs a time constant > 0/,
  ],
  [
    'learning in half precision',
    memories({ rule: 'hebbian', tau: 1, format: 'f16' }),
    'memories.xi.format',
    /"f16" cannot learn .*use "f32"/,
  ],
  [
    'a gate that may be negative',
    scenario({
      neurons: { visible: visible(), hidden: hidden({ lagrangian: { kind: 'tanh' } }) },
      memories: { xi: memory({ rule: 'gated', tau: 1 }) },
    }),
    'memories.xi.rule',
    /activation >= 0, not tanh; use softmax, relu/,
  ],
  [
    'synapses on an adiabatic layer',
    synapse({ layer: 'hidden' }),
    'synapses.w.layer',
    /`hidden` is adiabatic .*set neurons.hidden.tau above 0/,
  ],
  [
    'plasticity without a time constant',
    synapse({ strength: 0.3 }),
    'synapses.w.strength',
    /is 0.3, but without tau .*give tau or set strength to 0/,
  ],
  ['a zero time constant of synapses', synapse({ tau: 0 }), 'synapses.w.tau', /must be a number > 0, not 0/],
  [
    'an unstable euler layer',
    { ...layers({ tau: 0.4, every: 2 }), time: { dt: 0.3, ticks: 1, integrator: 'euler' } },
    'time.dt',
    /neurons.visible: dt 0.3 \* every 2 \/ tau 0.4 = 1.5.*set dt to 0.2 at most/,
  ],
  [
    'an unstable euler memory',
    { ...memories({ rule: 'hebbian', tau: 2, every: 5 }), time: { dt: 0.5, ticks: 1, integrator: 'euler' } },
    'time.dt',
    /memories.xi: .* = 1.25.*set dt to 0.4 at most/,
  ],
  [
    'an unstable euler synapse',
    { ...synapse({ tau: 0.1, strength: 1 }), time: { dt: 0.5, ticks: 1, integrator: 'euler' } },
    'time.dt',
    /synapses.w: .* = 5.*set dt to 0.1 at most/,
  ],
  [
    'an initial state of an adiabatic layer',
    shown({ kind: 'initial', layer: 'hidden' }),
    'stimulus.0.layer',
    /`hidden` is adiabatic .*use "clamp" or set neurons.hidden.tau/,
  ],
  [
    'a stimulus for an unknown layer',
    shown({ layer: 'hiden' }),
    'stimulus.0.layer',
    /did you mean `hidden`\?/,
  ],
  [
    'a stop before the start',
    shown({ start: 5, stop: 5 }),
    'stimulus.0.stop',
    /is 5, but start is 5; set stop to more than start/,
  ],
  [
    'a mask in a memory',
    init({ kind: 'zeros', corrupt: { op: 'mask', fraction: 0.5 } }),
    'memories.xi.init.corrupt.op',
    /only in the patterns of a stimulus; use occlude/,
  ],
  [
    'occlude with nothing to cover',
    clamped({ kind: 'zeros', corrupt: { op: 'occlude' } }),
    'stimulus.0.patterns.corrupt',
    /either fraction .* or rectangle/,
  ],
  [
    'the speed of an adiabatic layer',
    probe({ kind: 'speed', layer: 'hidden' }),
    'probes.p.layer',
    /`hidden` is adiabatic .*has no dx\/dt/,
  ],
  [
    'a running mean with a window and a start',
    probe({ kind: 'energy', averageOver: 10, averageSince: 5 }),
    'probes.p',
    /a window or a start, not both; leave averageOver or averageSince out/,
  ],
  [
    'a running mean shorter than the distance of samples',
    probe({ kind: 'energy', every: 5, averageOver: 4 }),
    'probes.p.averageOver',
    /is 4, but samples are 5 ticks apart; set it to 5 or more$/,
  ],
  [
    'a snapshot of nothing',
    probe({ kind: 'snapshot', of: 'x' }),
    'probes.p.of',
    /no layer, memory or synapse is called `x`; did you mean `xi`\?/,
  ],
  [
    'similarity to an unknown memory',
    probe({ kind: 'similarity', memory: 'visible', patterns: { kind: 'zeros' } }),
    'probes.p.memory',
    /no memory is called `visible`; known here: `xi`$/,
  ],

  [
    'the distance of a layer',
    probe({ kind: 'distance', of: 'visible', target: { kind: 'zeros' } }),
    'probes.p.of',
    /no memory or synapse is called `visible`/,
  ],
  [
    'the distance of a memory from a coupling of patterns',
    probe({ kind: 'distance', of: 'xi', target: { kind: 'hebbian', patterns: { kind: 'zeros' } } }),
    'probes.p.target.kind',
    /"hebbian" couples the neurons of one layer, but `xi` is a memory between two; give the rows of its matrix/,
  ],
  [
    'a target of too few rows',
    probe({ kind: 'distance', of: 'xi', target: { kind: 'zeros', count: 2 } }),
    'probes.p.target',
    /has 2 rows, memory `xi` has 3; give 3 rows/,
  ],

  // Patterns
  [
    'rows of an unknown memory',
    clamped({ kind: 'rows', of: 'xj' }),
    'stimulus.0.patterns.of',
    /no memory, synapse or stimulus is called `xj`; did you mean `xi`\?/,
  ],
  [
    'rows of a synapse without any',
    { ...clamped({ kind: 'rows', of: 'w' }), synapses: { w: { layer: 'visible' } } },
    'stimulus.0.patterns.of',
    /synapses.w has no base of patterns/,
  ],
  [
    'rows of a stimulus that is not there',
    clamped({ kind: 'rows', of: 'stimulus.1' }),
    'stimulus.0.patterns.of',
    /is called `stimulus.1`; did you mean `stimulus.0`\?/,
  ],
  [
    'rows of masked patterns',
    {
      ...clamped({ kind: 'zeros', corrupt: { op: 'mask', fraction: 0.5 } }),
      probes: { p: { kind: 'overlap', layer: 'visible', patterns: { kind: 'rows', of: 'stimulus.0' } } },
    },
    'probes.p.patterns.of',
    /patterns of stimulus.0 are masked and cannot be copied; copy their source/,
  ],
  [
    'rows of itself',
    init({ kind: 'rows', of: 'xi' }),
    'memories.xi.init.of',
    /in a circle: xi -> xi; give one of them its own source/,
  ],
  [
    'rows in a circle',
    scenario({
      memories: {
        a: memory({ init: { kind: 'rows', of: 'b' } }),
        b: memory({ init: { kind: 'rows', of: 'a' } }),
      },
    }),
    'memories.a.init.of',
    /circle: b -> a -> b/,
  ],
  [
    'a row that is not there',
    clamped({ kind: 'rows', of: 'xi', select: [3] }),
    'stimulus.0.patterns',
    /row 3 of `xi`, which has 3, numbered from 0/,
  ],
  [
    'rows of another layer',
    shown({ layer: 'hidden', patterns: { kind: 'rows', of: 'xi' } }),
    'stimulus.0.patterns',
    /6 columns, layer `hidden` has 3 neurons; use rows of another size or set neurons.hidden.size to 6/,
  ],
  [
    'rows of unequal length',
    init(values([[1, 2, 3, 4, 5, 6], [1]])),
    'memories.xi.init.values.1',
    /has 1 values, row 0 has 6/,
  ],
  [
    'too few columns',
    init(values(rows(3, 4))),
    'memories.xi.init',
    /rows have 4 columns, layer `visible` has 6 neurons; give rows of 6 or set neurons.visible.size to 4/,
  ],
  [
    'too few rows',
    init(values(rows(2, 6))),
    'memories.xi.init',
    /has 2 rows, layer `hidden` has 3 neurons; give 3 rows or set neurons.hidden.size to 2/,
  ],
  [
    'too many random rows',
    init({ kind: 'random', count: 5, distribution: 'normal' }),
    'memories.xi.init',
    /has 5 rows, layer `hidden` has 3 neurons; set count to 3 or set neurons.hidden.size to 5/,
  ],
  [
    'a similarity with too few patterns',
    probe({ kind: 'similarity', memory: 'xi', patterns: values(rows(2, 6)) }),
    'probes.p.patterns',
    /has 2 rows, memory `xi` has 3/,
  ],
  [
    'more orthogonal rows than dimensions',
    clamped({ kind: 'random', count: 7, distribution: 'orthogonal' }),
    'stimulus.0.patterns',
    /7 rows of 6 columns cannot be orthogonal.*set count to 6/,
  ],
  [
    'sparse orthogonal rows',
    init({ kind: 'random', distribution: 'orthogonal', sparsity: 0.5 }),
    'memories.xi.init.sparsity',
    /break the orthogonality; leave sparsity out/,
  ],
  ...['normal', 'orthogonal', 'sphere'].map((distribution): [string, Raw, string, RegExp] => [
    `a correlation of ${distribution} rows`,
    init({ kind: 'random', distribution, correlation: 0.5 }),
    'memories.xi.init.correlation',
    new RegExp(
      `is 0.5, but only binary rows can be correlated, not "${distribution}"; leave correlation out`,
    ),
  ]),
  [
    'a norm for rows of zeros',
    clamped({ kind: 'zeros', transform: [{ op: 'normalize' }] }),
    'stimulus.0.patterns',
    /row 0 is all zeros and cannot be scaled to the norm 1; leave it out/,
  ],
  [
    'a base that is not symmetric',
    synapse({ base: values([[0, 2, 0, 0, 0, 0], ...rows(5, 6)]) }),
    'synapses.w.base',
    /entry \[1, 0\] is 1 and \[0, 1\] is 2; use \(J \+ J\^T\) \/ 2/,
  ],
  [
    'a pseudo-inverse of as many patterns as neurons',
    synapse({
      base: { kind: 'pseudoinverse', patterns: { kind: 'random', distribution: 'normal', count: 6 } },
    }),
    'synapses.w.base.patterns',
    /has 6 independent patterns for 6 neurons, so J is the identity.*give fewer than 6 patterns/,
  ],
  ...['pseudoinverse', 'storkey'].map((kind): (typeof cases)[number] => [
    `a base of kind ${kind} for one neuron`,
    {
      ...synapse({ base: { kind, patterns: { kind: 'random', distribution: 'binary', count: 1 } } }),
      neurons: { visible: visible({ size: 1 }), hidden: hidden() },
    },
    'synapses.w.base.kind',
    /^"\w+" needs at least 2 neurons, but layer `visible` has 1, and .*; set neurons.visible.size to 2 or more/,
  ]),
  [
    "Storkey's rule for what is no sign",
    synapse({ base: { kind: 'storkey', patterns: values([[1, 1, 1, -1, -1, 0]]) } }),
    'synapses.w.base.patterns',
    /row 0, column 5 is 0, but storkey learns only patterns of -1 and \+1; add/,
  ],
  [
    "Storkey's rule for too many neurons",
    {
      ...synapse({
        base: { kind: 'storkey', patterns: { kind: 'random', distribution: 'binary' } },
      }),
      neurons: { visible: visible({ size: 4097 }), hidden: hidden() },
    },
    'synapses.w.base.kind',
    /"storkey" allows at most 4096 neurons, but layer `visible` has 4097; use "hebbian" or "pseudoinverse" or set neurons.visible.size to 4096 at most/,
  ],
  [
    'a base that is not square',
    synapse({ base: values(rows(2, 6)) }),
    'synapses.w.base',
    /has 2 rows, it is a matrix over layer `visible` of 6 neurons/,
  ],
  [
    'a binary memory of other values',
    memories({ format: 'binary', init: values([[1, 1, 1, 1, 1, 0.5], ...rows(2, 6)]) }),
    'memories.xi.init',
    /row 0, column 5 is 0.5, .*add the transform \{"op": "binarize"\}/,
  ],
  [
    'a half-precision memory out of range',
    memories({ format: 'f16', scale: 1e5 }),
    'memories.xi.init',
    /after scale 100000, too large for format "f16"/,
  ],
  [
    'an overflow',
    init({
      kind: 'random',
      distribution: 'binary',
      transform: [
        { op: 'scale', factor: 1e30 },
        { op: 'scale', factor: 1e30 },
      ],
    }),
    'memories.xi.init',
    /row 0, column 0 is -?Infinity/,
  ],
  [
    'a rectangle beyond the image',
    clamped({ kind: 'zeros', corrupt: { op: 'occlude', rectangle: [0, 4, 1, 3] } }),
    'stimulus.0.patterns',
    /\[0,4,1,3\] leaves the 1 x 6 image/,
  ],
  [
    'more than one array can hold',
    layers({ size: 2 ** 15 }, { size: 2 ** 16 }),
    'memories.xi.init',
    /65536 x 32768 values need 8 GiB/,
  ],

  // Files
  ['a missing file', init({ kind: 'npy', path: 'no.npy' }), 'memories.xi.init', /no.npy does not exist/],
  [
    'a path that climbs out',
    init({ kind: 'npy', path: 'a/../../b.npy' }),
    'memories.xi.init',
    /"a\/..\/..\/b.npy" is outside the folder .*--allow-outside/,
  ],
  [
    'an absolute path',
    init({ kind: 'npy', path: '/etc/x.npy' }),
    'memories.xi.init',
    /"\/etc\/x.npy" is outside/,
  ],
  ['a path of a drive', init({ kind: 'npy', path: 'C:\\x.npy' }), 'memories.xi.init', /is outside/],
  ['a URL', init({ kind: 'npy', path: 'https://x.org/x.npy' }), 'memories.xi.init', /is outside/],
  [
    'a file of other columns',
    init({ kind: 'npy', path: 'five.npy' }),
    'memories.xi.init',
    /rows have 5 columns, layer `visible` has 6/,
  ],
  [
    'a truncated npy',
    init({ kind: 'npy', path: 'short.npy' }),
    'memories.xi.init',
    /short.npy is truncated: shape \(3, 5\) of <f4 needs 60 bytes, it has 22/,
  ],
  ['an npy with NaN', init({ kind: 'npy', path: 'nan.npy' }), 'memories.xi.init', /row 1, column 1 is NaN/],
  [
    'an npy of objects',
    init({ kind: 'npy', path: 'objects.npy' }),
    'memories.xi.init',
    /objects.npy has dtype \|O .*astype\('float32'\)/,
  ],
  [
    'text called npy',
    init({ kind: 'npy', path: 'text.npy' }),
    'memories.xi.init',
    /text.npy is not a NumPy .npy file; write it with numpy.save/,
  ],
  [
    'an npy without rows',
    init({ kind: 'npy', path: 'empty.npy' }),
    'memories.xi.init',
    /empty.npy contains no rows/,
  ],
  [
    'an npz without a name',
    init({ kind: 'npy', path: 'two.npz' }),
    'memories.xi.init',
    /two.npz holds several arrays; name one of a, b after a #/,
  ],
  [
    'an npz with a wrong name',
    init({ kind: 'npy', path: 'two.npz#c' }),
    'memories.xi.init',
    /holds no array `c`; name one of a, b/,
  ],
  [
    'a broken npz',
    init({ kind: 'npy', path: 'broken.npz#a' }),
    'memories.xi.init',
    /broken.npz is not a readable .npz archive/,
  ],
  ['truncated gzip', init({ kind: 'idx', path: 'short.gz' }), 'memories.xi.init', /short.gz is truncated/],
  [
    'truncated idx',
    init({ kind: 'idx', path: 'short.idx' }),
    'memories.xi.init',
    /short.idx is truncated: 3 x 2 x 3 needs 18 bytes, it has 4/,
  ],
  [
    'idx of half a header',
    init({ kind: 'idx', path: 'floats.idx' }),
    'memories.xi.init',
    /floats.idx is truncated in its IDX header/,
  ],
  [
    'labels in place of images',
    init({ kind: 'idx', path: 'labels.idx' }),
    'memories.xi.init',
    /contains labels, not images/,
  ],
  [
    'idx of too few images',
    init({ kind: 'idx', path: 'images.gz', skip: 2, count: 3 }),
    'memories.xi.init',
    /images.gz has 3 images, 1 after skip 2; count asks for 3/,
  ],
  [
    'images of another size',
    scenario({
      neurons: { visible: visible({ size: [3, 3] }), hidden: hidden() },
      memories: { xi: memory({ init: { kind: 'idx', path: 'images.gz' } }) },
    }),
    'memories.xi.init',
    /rows have 6 columns, layer `visible` has 9 neurons; resize the images or set neurons.visible.size to \[2, 3\]/,
  ],
  [
    'perLabel without labels',
    init({ kind: 'idx', path: 'images.gz', perLabel: 1 }),
    'memories.xi.init.perLabel',
    /needs the labels/,
  ],
  [
    'labels of other images',
    init({ kind: 'idx', path: 'images.gz', perLabel: 1, labels: 'labels4.idx' }),
    'memories.xi.init',
    /labels4.idx has 4 labels for 3 images/,
  ],
  [
    'too few images of a label',
    init({ kind: 'idx', path: 'images.gz', perLabel: 2, labels: 'labels.idx' }),
    'memories.xi.init',
    /label 1 has 1 images, skip 0 and perLabel 2 need 2/,
  ],
  [
    'a png that is none',
    init({ kind: 'png', paths: ['note.png'] }),
    'memories.xi.init',
    /note.png is not a readable PNG image \(.*\); save it again as PNG/,
  ],
]

describe('wrong scenarios are refused in one line with file, path, value and remedy', () => {
  it.each(cases)('%s', async (_, raw, path, says) => {
    const error = await resolve(raw, files).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(ModelError)
    const { message, reason, place } = error as ModelError
    expect(place).toEqual({ file: 's.json', path })
    expect(reason).toMatch(says)
    expect(message).toBe(`s.json: ${path}: ${reason}`)
    expect(message).not.toContain('\n')
  })
})

describe('broken JSON is refused with line and column', () => {
  it.each([
    ['a trailing comma', '{\n  "a": 1,\n}', /line 3, column 1/],
    ['a comment', '{ // x\n}', /line 1, column 3/],
    ['a missing comma', '{"a": 1\n "b": 2}', /line 2, column 2: comma expected/],
    ['an open end', '{"a": [1', /line 1, column 9/],
    ['a stray bracket', '{}\n}', /line 2, column 1: end of file expected/],
  ])('%s', (_, text, says) => {
    expect(() => parseJson(text, 's.json')).toThrow(says)
    expect(() => parseJson(text, 's.json')).toThrow(/^s\.json: broken JSON/)
  })
})

it('a key that stands twice in one object is refused with line and column', () => {
  const text = '{\n  "a": {"tau": 1},\n  "b": {"tau": 1, "tau": 2}\n}'
  expect(() => parseJson(text, 's.json')).toThrow(
    's.json: key "tau" occurs twice in one object, again at line 3, column 19',
  )
  expect(parseJson('{"a": [{"b": 1}, {"b": 2}], "b": 3}')).toEqual({ a: [{ b: 1 }, { b: 2 }], b: 3 })
})

describe('a bad --set is refused', () => {
  it.each([
    ['no value', 'time.dt', '', /--set takes path=value, such as time.dt=0.05, not "time.dt"/],
    ['an unknown key', 'time.td=1', 'time.td', /unknown key; did you mean `dt`\?/],
    ['an unknown section', 'tme.dt=1', 'tme', /did you mean `time`\?/],
    ['the end of a path', 'beta=1', 'beta', /unknown key; did you mean `neurons.hidden.lagrangian.beta`\?$/],
    [
      'the end of paths',
      'lagrangian.kind=1',
      'lagrangian',
      /`neurons.visible.lagrangian.kind` or `neurons.h/,
    ],
    ['an unknown layer', 'neurons.hiden.tau=1', 'neurons.hiden', /did you mean `hidden`\?/],
    [
      'a part of a number',
      'neurons.hidden.tau.x=1',
      'neurons.hidden.tau.x',
      /`neurons.hidden.tau` is 0 and has no parts/,
    ],
    [
      'a key of another kind',
      'memories.xi.kernel=[3,3]',
      'memories.xi.kernel',
      /has no meaning here; leave it out \(known here: kind, from, to, .*, inputOffset, format\)/,
    ],
    ['an entry beyond the list', 'stimulus.0.stop=1', 'stimulus.0', /no such entry; the list has 0/],
  ])('%s', (_, assignment, path, says) => {
    let error: unknown
    try {
      setPath(memories({}), assignment)
    } catch (reason) {
      error = reason
    }
    expect(error).toBeInstanceOf(ModelError)
    expect((error as ModelError).reason).toMatch(says)
    expect((error as ModelError).place.path ?? '').toBe(path)
  })
})
