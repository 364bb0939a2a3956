/** The custom expressions of a scenario, and their editors. */
import { checkCustom } from '../../core/kinds/lagrangians/custom.ts'
import { isCustom } from '../../core/kinds/lagrangians/table.ts'
import { type CustomRule, restOf } from '../../core/kinds/rules/custom.ts'
import { isWritten } from '../../core/kinds/rules/table.ts'
import { activitiesOf, checkWrittenRule } from '../../core/model/memories.ts'
import { sharedOf, valuesIn } from '../../core/model/neuron-values.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { memorySpecs } from '../../core/model/specs.ts'
import { format3 } from '../format.ts'
import { createExpressions, type Expressions } from './expressions.ts'

/**
 * The fields of the custom expressions at a path; undefined for other values.
 * @param set - changes the value at a path; resolves to false if it is refused
 */
export function expressionsAt(
  scenario: Scenario,
  path: string,
  set: (value: unknown) => Promise<boolean>,
): Expressions | undefined {
  const name = path.split('.')[1] ?? ''
  const layer = path === `neurons.${name}.lagrangian` ? scenario.neurons[name] : undefined
  const written = layer && sharedOf(layer.lagrangian)
  // Parameters that are rows cannot be typed as numbers.
  const isTyped = layer !== undefined && !valuesIn(layer).some(([key]) => key.startsWith('lagrangian.'))
  if (isTyped && written !== undefined && isCustom(written)) {
    return createExpressions(written, {
      path,
      expressions: [
        ['activation', 'activation g(x)'],
        ['lagrangian', 'Lagrangian l(x), l′ = g'],
      ],
      example: 'gain = 2, edge = 0.5',
      check: (next) => checkCustom(next, path, layer.tau === 0),
      apply: set,
    })
  }
  const rule = path === `memories.${name}.rule` ? memorySpecs(scenario)[name]?.rule : undefined
  if (rule === undefined || !isWritten(rule)) return undefined
  return createExpressions(rule, {
    path,
    expressions: [
      ['drive', 'drive, of to, from, w and base'],
      ['decay', 'decay, of the same: τ dw/dt = drive − decay w'],
    ],
    example: 'k = 0.5',
    check: (next) => checkWrittenRule(scenario, name, next),
    preview: (next) => restsOf(next, activitiesOf(scenario, name)),
    apply: set,
  })
}

const SIGNED = [-1, -0.5, 0, 0.5, 1]
const UNSIGNED = [0, 0.25, 0.5, 0.75, 1]

/** The rest point of an entry for each pair of held activations, from Lambda = 0. */
function restsOf(rule: CustomRule, { to, from }: ReturnType<typeof activitiesOf>): HTMLElement {
  const rows = to.isNonNegative ? UNSIGNED : SIGNED
  const columns = from.isNonNegative ? UNSIGNED : SIGNED
  const table = document.createElement('table')
  table.className = 'rests'
  const caption = table.createCaption()
  caption.textContent = 'w at rest while to (down) and from (across) are held, base 0'
  const top = table.createTHead().insertRow()
  for (const text of ['', ...columns.map(signed)]) top.append(heading(text, 'col'))
  const body = table.createTBody()
  for (const row of rows) {
    const line = body.insertRow()
    line.append(heading(signed(row), 'row'))
    for (const column of columns) {
      const rest = restOf(rule, { to: row, from: column, base: 0 })
      const cell = line.insertCell()
      cell.textContent = signed(rest)
      if (!Number.isFinite(rest)) cell.title = 'runs away'
    }
  }
  return table
}

function heading(text: string, scope: string): HTMLTableCellElement {
  const cell = document.createElement('th')
  cell.textContent = text
  cell.scope = scope
  return cell
}

/** Three digits; only the sign for divergent values. */
function signed(value: number): string {
  return Number.isFinite(value) ? format3(value) : value < 0 ? '−∞' : '∞'
}
