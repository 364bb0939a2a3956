/** The planner of each kind of coupling. */
import type { CouplingKind } from '../../kinds/couplings/table.ts'
import type { Coupling } from '../../model/model.ts'
import { attention } from './attention.ts'
import { convolution } from './convolution.ts'
import type { CouplingPlanner } from './definition.ts'
import { dense } from './dense.ts'
import { lateral } from './lateral.ts'
import { product } from './product.ts'
import { sparse } from './sparse.ts'
import { sparseLateral } from './sparse-lateral.ts'

const PLANNERS = {
  dense,
  convolution,
  sparse,
  product,
  attention,
  lateral,
  'sparse-lateral': sparseLateral,
} as const satisfies {
  readonly [K in CouplingKind]: CouplingPlanner<Extract<Coupling, { readonly kind: K }>>
}

/** The planner of a coupling. */
export function couplingPlanner({ kind }: Coupling): CouplingPlanner<Coupling> {
  // TypeScript cannot see that the entry under `kind` takes a coupling of that kind.
  return PLANNERS[kind] as unknown as CouplingPlanner<Coupling>
}
