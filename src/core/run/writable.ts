/** The arrays of a network that can be written, and checks of their entries. Pure. */
import { ModelError } from '../errors.ts'
import { matrixFacts } from '../kinds/couplings/table.ts'
import type { Model } from '../model/model.ts'
import type { Plan } from '../plan/plan.ts'
import { standsTwice } from '../plan/transposed.ts'

/** Derived arrays that determine the state when they are written. */
export function writableNames({ derived }: Pick<Plan, 'derived'>): string[] {
  return derived.filter(({ takeBack }) => takeBack.length > 0).map(({ name }) => name)
}

/** @throws ModelError if an array follows from others, or is stored in a form that cannot be written */
export function checkWritable(plan: Pick<Plan, 'buffers' | 'derived'>, name: string): void {
  const [owner = '', part] = name.split('/')
  if (part !== undefined)
    throw new ModelError(`\`${name}\` follows from the state and cannot be written; write \`${owner}\``)
  if (standsTwice(plan.buffers, name))
    throw new ModelError(
      `\`${name}\` is sparse and fixed, and stored in two orders: it cannot be written; change its init`,
    )
  if (writableNames(plan).includes(name)) return
  if (!plan.derived.some((one) => one.name === name && one.made === 'demand')) return
  throw new ModelError(
    `\`${name}\` is not plastic and follows from its patterns: it cannot be written; give a matrix as its base`,
  )
}

/** @throws ModelError if entries that must be equal, or 0, are not */
export function checkEntries(
  plan: Pick<Plan, 'matrices' | 'tick'>,
  model: Model,
  name: string,
  data: ArrayLike<number>,
): void {
  checkSymmetric(plan, name, data)
  checkDiagonal(plan, model, name, data)
}

/** The kernels read only one half of symmetric couplings. */
function checkSymmetric(
  { matrices, tick }: Pick<Plan, 'matrices' | 'tick'>,
  name: string,
  data: ArrayLike<number>,
): void {
  const isFolded = tick.some(
    ({ kernel, buffers }) => kernel.entryPoint === 'symv' && buffers.matrix?.startsWith(`${name}/`),
  )
  const matrix = matrices.get(name)
  if (!isFolded || matrix === undefined) return
  const { rows } = matrix
  for (let copy = 0; copy < data.length; copy += rows * rows)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < row; column++) {
        const [here, there] = [data[copy + row * rows + column], data[copy + column * rows + row]]
        if (here === there) continue
        throw new ModelError(
          `\`${name}\` must be symmetric, but entry [${row}, ${column}] is ${here} and [${column}, ${row}] is ${there}`,
        )
      }
}

/** Entries without a drive keep their written value. */
function checkDiagonal(
  { matrices }: Pick<Plan, 'matrices'>,
  { synapses }: Model,
  name: string,
  data: ArrayLike<number>,
): void {
  const synapse = synapses.find((one) => one.name === name)
  if (synapse?.zeroDiagonal !== true) return
  const { rows = 1, columns = 1 } = matrices.get(name) ?? {}
  const { placeOf } = matrixFacts(synapse)
  for (let k = 0; k < data.length; k++) {
    const [i, j] = placeOf?.(synapse, k % (rows * columns), columns) ?? []
    if (i !== j || data[k] === 0) continue
    throw new ModelError(
      `\`${name}\` has a diagonal that stays 0, but entry [${i}, ${i}] is ${data[k]}; set it to 0, or zeroDiagonal to false`,
    )
  }
}
