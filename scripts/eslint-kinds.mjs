/**
 * A rule for ESLint: who compares with the name of a kind outside the folder of its family writes a fact of that kind down
 * once more, and a new kind falls through to it. The fact belongs to the entry of the kind (docs/extending.md).
 */
import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** The tables, and what the names of their kinds are called. */
const FAMILIES = [
  { folder: 'src/core/kinds/lagrangians/', table: 'LAGRANGIANS' },
  { folder: 'src/core/kinds/rules/', table: 'RULES' },
  { folder: 'src/core/kinds/integrators/', table: 'INTEGRATORS' },
  { folder: 'src/core/kinds/probes/', table: 'PROBES' },
  { folder: 'src/core/kinds/couplings/', table: 'COUPLINGS' },
  { folder: 'src/core/kinds/bases/', table: 'BASES' },
].map((family) => ({ ...family, kinds: keysOf(family) }))

/** The keys of a table, read from its source. */
function keysOf({ folder, table }) {
  const path = new URL(`../${folder}table.ts`, import.meta.url)
  const source = ts.createSourceFile('table.ts', readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const keys = new Set()
  const visit = (node) => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === table) {
      let value = node.initializer
      while (value !== undefined && !ts.isObjectLiteralExpression(value)) value = value.expression
      for (const property of value?.properties ?? []) keys.add(property.name.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  if (keys.size === 0) throw new Error(`${folder}table.ts has no table ${table}`)
  return keys
}

/** The family of a type: all its members are names of kinds, and there are several, or one that is left of them. */
function familyOf(type) {
  const parts = (type.isUnion() ? type.types : [type]).filter(
    // A kind with numbers of its own may stand as an object beside the names of the others.
    (part) => !(part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Object)),
  )
  const names = parts.map((part) => (part.isStringLiteral() ? part.value : undefined))
  if (names.length < 2 || names.includes(undefined)) return undefined
  return FAMILIES.find(({ kinds }) => names.every((name) => kinds.has(name)))
}

export const kindsAtHome = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      away: '`{{name}}` is the name of a kind of {{table}}: ask for a fact of its entry in {{folder}}',
    },
  },
  create(context) {
    const { esTreeNodeToTSNodeMap, program } = context.sourceCode.parserServices
    const checker = program.getTypeChecker()
    const file = context.filename.replaceAll('\\', '/')
    const check = (compared, literal) => {
      if (literal?.type !== 'Literal' || typeof literal.value !== 'string') return
      const family = familyOf(checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(compared)))
      if (family === undefined || !family.kinds.has(literal.value) || file.includes(family.folder)) return
      const { table, folder } = family
      context.report({ node: literal, messageId: 'away', data: { name: literal.value, table, folder } })
    }
    return {
      'BinaryExpression[operator=/^[!=]==?$/]'({ left, right }) {
        check(left, right)
        check(right, left)
      },
      SwitchStatement({ discriminant, cases }) {
        for (const { test } of cases) if (test !== null) check(discriminant, test)
      },
    }
  },
}
