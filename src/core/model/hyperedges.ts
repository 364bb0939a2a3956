/** Hyperedges from the scenario. */
import { FEWEST_FACTORS, MOST_FACTORS } from '../kinds/couplings/product.ts'
import type { OtherKind } from '../kinds/couplings/table.ts'
import { ModelError } from '../errors.ts'
import { checkOrder, findLayer, shapeOf } from './find.ts'
import { checkTau } from './memories.ts'
import type { Factor, Hyperedge } from './model.ts'
import { checkPatterns } from './patterns/check.ts'
import { forLayer, type Want } from './patterns/want.ts'
import type { RowsAt } from './places.ts'
import type { HyperedgeSpec, Scenario } from './schema.ts'
import { partsOfOne } from './specs.ts'

type SpecOf<K extends OtherKind> = Extract<HyperedgeSpec, { readonly kind: K }>

/** Length, shape and origin of the rows of one array. */
type Row = Pick<Want, 'columns' | 'shape' | 'columnsOf'>

/** Functions that check and build a hyperedge of one kind. */
interface Maker<S> {
  readonly check: (scenario: Scenario, name: string, spec: S) => void
  readonly make: (scenario: Scenario, name: string, spec: S, rowsAt: RowsAt) => Hyperedge
  /** The required shape of the rows of one of its arrays. */
  readonly rowsOf: (scenario: Scenario, spec: S, part: string) => Row
}

/**
 * Checks one hyperedge.
 * @throws ModelError for layers that it cannot join, or keys that contradict each other
 */
export function checkHyperedge(scenario: Scenario, name: string, spec: HyperedgeSpec): void {
  makerOf(spec).check(scenario, name, spec)
  for (const { patterns, path } of partsOfOne(spec))
    checkPatterns(scenario, patterns, `memories.${name}.${path}`)
}

/** One hyperedge, with the rows of all its arrays. */
export function hyperedgeOf(
  scenario: Scenario,
  name: string,
  spec: HyperedgeSpec,
  rowsAt: RowsAt,
): Hyperedge {
  return makerOf(spec).make(scenario, name, spec, rowsAt)
}

/** The required shape of the rows of an array of a hyperedge. */
export function forFactor(scenario: Scenario, spec: HyperedgeSpec, part: string): Row {
  return makerOf(spec).rowsOf(scenario, spec, part)
}

function makerOf(spec: HyperedgeSpec): Maker<HyperedgeSpec> {
  // TypeScript cannot see that the entry under `kind` takes a spec of that kind.
  return MAKERS[spec.kind] as unknown as Maker<HyperedgeSpec>
}

function checkProduct(scenario: Scenario, name: string, spec: SpecOf<'product'>): void {
  const path = `memories.${name}`
  const layers = Object.keys(spec.between)
  if (layers.length < FEWEST_FACTORS || layers.length > MOST_FACTORS)
    throw new ModelError(
      `joins ${layers.length} layers; give patterns for ${FEWEST_FACTORS} to ${MOST_FACTORS} layers`,
      { path: `${path}.between` },
    )
  checkOrder(
    path,
    layers.map((name) => [name, findLayer(scenario, name, `${path}.between.${name}`)]),
  )
  checkTau(path, spec.rule, spec.tau)
}

function makeProduct(scenario: Scenario, name: string, spec: SpecOf<'product'>, rowsAt: RowsAt): Hyperedge {
  const path = `memories.${name}.between`
  const alike = Object.keys(spec.between).map((layer) => `${path}.${layer}`)
  const factors = Object.entries(spec.between).map(([layer, patterns]): Factor => ({
    part: layer,
    layer,
    init: rowsAt({ ...forLayer(scenario, layer, `${path}.${layer}`), patterns, alike }),
  }))
  const [first, ...rest] = factors as [Factor, ...Factor[]]
  const other = rest.find(({ init }) => init.rows !== first.init.rows)
  // No rows are loaded while places are collected.
  if (other !== undefined && first.init.columns > 0 && other.init.columns > 0)
    throw new ModelError(
      `has ${other.init.rows} rows, but \`${first.layer}\` has ${first.init.rows}; give every layer the same number of patterns`,
      { path: `${path}.${other.layer}` },
    )
  return {
    kind: spec.kind,
    name,
    factors,
    scale: spec.scale,
    rule: spec.rule,
    ...(spec.tau === undefined ? {} : { tau: spec.tau }),
    every: spec.every,
  }
}

/** @throws ModelError for a layer without tokens, or an adiabatic one */
function checkAttention(scenario: Scenario, name: string, { layer }: SpecOf<'attention'>): void {
  const path = `memories.${name}.layer`
  const found = findLayer(scenario, layer, path)
  const { size, tau } = found
  if (shapeOf(found).length !== 2)
    throw new ModelError(
      `layer \`${layer}\` has size ${JSON.stringify(size)} and no tokens; set neurons.${layer}.size to [tokens, width of a token]`,
      { path },
    )
  if (tau === 0)
    throw new ModelError(
      `layer \`${layer}\` is adiabatic (tau 0) and its attention would need its own value first; set neurons.${layer}.tau above 0`,
      { path },
    )
}

function makeAttention(
  scenario: Scenario,
  name: string,
  spec: SpecOf<'attention'>,
  rowsAt: RowsAt,
): Hyperedge {
  const { kind, layer, heads, size, beta } = spec
  const path = `memories.${name}`
  const [count, width] = shapeOf(findLayer(scenario, layer, `${path}.layer`)) as [number, number]
  const want = {
    ...tokenRow(scenario, layer, `${path}.layer`),
    rows: {
      count: heads * size,
      text: `heads ${heads} times size ${size} is ${heads * size}`,
      path: `${path}.heads times ${path}.size`,
    },
  }
  const factors = partsOfOne(spec).map((one): Factor => ({
    part: one.part,
    layer,
    init: rowsAt({ ...want, path: `${path}.${one.path}`, patterns: one.patterns }),
  }))
  return { kind, name, layer, tokens: [count, width], heads, size, beta, factors, rule: 'fixed', every: 1 }
}

/** A row for one token. */
function tokenRow(scenario: Scenario, layer: string, path: string): Row {
  const [, width] = shapeOf(findLayer(scenario, layer, path)) as [number, number]
  return {
    columns: width,
    shape: [width],
    columnsOf: { text: `a token of layer \`${layer}\` has ${width} neurons` },
  }
}

const MAKERS = {
  product: {
    check: checkProduct,
    make: makeProduct,
    rowsOf: (scenario, _, part) => forLayer(scenario, part, ''),
  },
  attention: {
    check: checkAttention,
    make: makeAttention,
    rowsOf: (scenario, { layer }) => tokenRow(scenario, layer, ''),
  },
} as const satisfies { readonly [K in OtherKind]: Maker<SpecOf<K>> }
