/** The parameters of expressions that users write, in Lagrangians and learning rules: numbers by name. */
import * as v from 'valibot'
import { ModelError } from '../errors.ts'
import { isReserved } from '../expression/expression.ts'
import { FLOAT32_RANGE, fitsFloat32, type Control } from './fields.ts'

/** Has no title: the page shows the name that the user chose. */
const parameter = v.pipe(
  v.number(),
  v.check(fitsFloat32, `${FLOAT32_RANGE}; choose other units`),
  v.description('A number that the expressions may use by this name.'),
  v.metadata({
    control: { min: -10, max: 10 } satisfies Control,
    remedy: 'give a number such as 1',
  }),
)

/** Numbers by name, for expressions. */
export const parametersKey = v.optional(
  v.pipe(
    v.record(
      v.pipe(
        v.string(),
        v.regex(
          /^[A-Za-z][A-Za-z0-9_]*$/,
          'must start with a letter and go on with letters, digits and _; choose another name, such as a1',
        ),
      ),
      parameter,
    ),
    v.title('parameters'),
    v.description(
      'Up to four numbers by name, for the two expressions; they may change while a network runs.',
    ),
  ),
  {},
)

/** The parameters reach WGSL as the components of one vector. */
const MOST_PARAMETERS = 4

/**
 * Checks the names and the number of parameters.
 * @param variables - other names in the expressions
 */
export function checkParameters(names: readonly string[], path: string, variables?: readonly string[]): void {
  if (names.length > MOST_PARAMETERS) {
    throw new ModelError(
      `has ${names.length} entries; keep at most ${MOST_PARAMETERS} and write the others as numbers into the expressions`,
      {
        path: `${path}.parameters`,
      },
    )
  }
  for (const name of names) {
    if (isReserved(name, variables)) {
      throw new ModelError(`the name \`${name}\` already has a meaning in expressions; choose another`, {
        path: `${path}.parameters.${name}`,
      })
    }
  }
}
