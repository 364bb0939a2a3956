/**
 * Expressions that users write: WGSL's expression grammar over one variable `x` or several others, named parameters and the functions of
 * operations.ts, all f32, with bool for conditions. No statement, no binding and no type can be written. A parsed
 * expression is evaluated and differentiated in float64 and written as WGSL with every operation in parentheses.
 */
import { ModelError } from '../errors.ts'
import { suggestion } from '../suggestion.ts'
import { CONSTANTS, FUNCTIONS, NEGATE, NOT, OPERATORS, type Operation, type Type } from './operations.ts'
import { type Token, createTokens } from './tokens.ts'

export type Expression =
  | { readonly kind: 'number'; readonly type: Type; readonly value: number; readonly depth: 1 }
  | { readonly kind: 'x'; readonly type: 'f32'; readonly depth: 1 }
  | { readonly kind: 'parameter'; readonly type: 'f32'; readonly index: number; readonly depth: 1 }
  | {
      readonly kind: 'apply'
      readonly type: Type
      readonly operation: Operation
      readonly parts: readonly Expression[]
      readonly depth: number
    }

/** A value and its derivative by x. */
export interface Dual {
  readonly value: number
  readonly slope: number
}

const LONGEST = 2000

/** WGSL compilers limit the depth of parentheses; all accept this depth. */
const DEEPEST = 64
const TOO_DEEP = `nested more than ${DEEPEST} deep; simplify it or put parentheses around parts of a long sum`

/** The largest float32. */
const MAX_FLOAT = 3.4028234e38

/** Precedence of infix operators; as in WGSL, && and || cannot be mixed and comparisons cannot be chained. */
const STRENGTH: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 1,
  '<': 2,
  '<=': 2,
  '>': 2,
  '>=': 2,
  '==': 2,
  '!=': 2,
  '+': 3,
  '-': 3,
  '*': 4,
  '/': 4,
  '%': 4,
}

/** The variables of an expression, without its parameters. */
interface Words {
  /** `x`, the variable of differentiation; without it the expression depends on the parameters alone. */
  readonly hasX: boolean
  /** Shown if the expression is empty. */
  readonly example: string
}

const OF_X: Words = { hasX: true, example: 'an expression of x, such as tanh(x)' }

/** True for a reserved word, which cannot be the name of a parameter. */
export function isReserved(word: string, variables: readonly string[] = ['x']): boolean {
  return [...variables, 'true', 'false'].includes(word) || CONSTANTS.has(word) || FUNCTIONS.has(word)
}

/**
 * Parses one expression of type f32.
 * @param parameters - names that stand for numbers
 * @param path - where the text stands in the scenario
 * @throws ModelError with the column (and line, where there are several) of the first mistake in the text
 */
export function parseExpression(
  text: string,
  parameters: readonly string[],
  path: string,
  { hasX, example }: Words = OF_X,
): Expression {
  if (text.length > LONGEST) {
    throw new ModelError(`has ${text.length} characters; shorten it to at most ${LONGEST}`, {
      path,
    })
  }
  const fail = (at: number, what: string): never => {
    throw new ModelError(`${position(text, at)}: ${what}`, { path })
  }
  const tokens = createTokens(text, fail)
  let nesting = 0

  /** All infix operators that bind at least as strongly as `least`, from the left. */
  function parseInfix(least: number): Expression {
    let left = parsePrefix()
    let before: string | undefined
    for (;;) {
      const strength =
        tokens.next.kind === 'sign' && Object.hasOwn(STRENGTH, tokens.next.text)
          ? STRENGTH[tokens.next.text]!
          : 0
      if (strength === 0 || strength < least) return left
      const sign = tokens.advance()
      if (before !== undefined && strength === 1 && sign.text !== before && ['&&', '||'].includes(before))
        fail(sign.at, `\`${before}\` and \`${sign.text}\` side by side; put parentheses around one of them`)
      if (before !== undefined && strength === 2 && STRENGTH[before] === 2)
        fail(
          sign.at,
          `\`${before}\` and \`${sign.text}\` in a row; compare two numbers at a time and join with &&`,
        )
      const right = parseInfix(strength + 1)
      left = applied(OPERATORS.get(sign.text) as Operation, [left, right], sign.at)
      before = sign.text
    }
  }

  function parsePrefix(): Expression {
    if (tokens.next.text === '-' || tokens.next.text === '!') {
      const sign = tokens.advance()
      return nested(sign.at, () => applied(sign.text === '-' ? NEGATE : NOT, [parsePrefix()], sign.at))
    }
    if (tokens.next.kind === 'number') return numberOf(tokens.advance())
    if (tokens.next.kind === 'word') return parseWord(tokens.advance())
    if (tokens.next.text !== '(') tokens.unexpected('a number, a name or `(`')
    const open = tokens.advance()
    return nested(open.at, () => {
      const inner = parseInfix(1)
      tokens.expect(')', 'an operator or `)`')
      return inner
    })
  }

  function numberOf({ text: digits, at }: Token): Expression {
    const [, plain = '', suffix = ''] = /^([\d.]+(?:[eE][+-]?\d+)?)(\w*)$/.exec(digits) ?? []
    if (suffix !== '' && suffix !== 'f')
      fail(at, `\`${digits}\` is not a number; write an f32, without suffix or with f`)
    const value = Number(plain)
    if (Math.abs(value) > MAX_FLOAT) fail(at, `${digits} is too large for float32; use less than 3.4e38`)
    return constant(value, 'f32')
  }

  function parseWord({ text: word, at }: Token): Expression {
    const operation = FUNCTIONS.get(word)
    if (tokens.next.text === '(') {
      if (operation !== undefined) return parseCall(operation, at)
      if (['f32', 'f16', 'i32', 'u32', 'bool'].includes(word))
        fail(at, `unknown function "${word}"; all numbers are f32, leave the conversion out`)
      fail(at, `unknown function "${word}"${suggestion(word, [...FUNCTIONS.keys()])}`)
    }
    if (operation !== undefined) fail(at, `"${word}" is a function; write ${callOf(operation)}`)
    if (hasX && word === 'x') return { kind: 'x', type: 'f32', depth: 1 }
    if (word === 'true' || word === 'false') return constant(word === 'true' ? 1 : 0, 'bool')
    const index = parameters.indexOf(word)
    if (index >= 0) return { kind: 'parameter', type: 'f32', index, depth: 1 }
    const value = CONSTANTS.get(word)
    if (value !== undefined) return constant(value, 'f32')
    return fail(
      at,
      `unknown name "${word}"; define it in parameters, or use one of ${[...(hasX ? ['x'] : []), ...parameters, ...CONSTANTS.keys()].join(', ')}`,
    )
  }

  function parseCall(operation: Operation, at: number): Expression {
    const { name, takes } = operation
    tokens.advance()
    return nested(at, () => {
      const parts: Expression[] = []
      while (tokens.next.text !== ')') {
        if (parts.length > 0) tokens.expect(',', 'an operator, `,` or `)`')
        parts.push(parseInfix(1))
      }
      tokens.advance()
      if (parts.length !== takes.length) {
        const count = `${takes.length} argument${takes.length === 1 ? '' : 's'}`
        fail(at, `"${name}" takes ${count}, not ${parts.length}; write ${callOf(operation)}`)
      }
      return applied(operation, parts, at)
    })
  }

  function nested(at: number, parse: () => Expression): Expression {
    if (++nesting > DEEPEST) fail(at, TOO_DEEP)
    const inner = parse()
    nesting--
    return inner
  }

  function applied(operation: Operation, parts: readonly Expression[], at: number): Expression {
    return apply(operation, parts, hasX ? 'x' : (parameters[0] ?? '1'), (what) => fail(at, what))
  }

  if (tokens.next.kind === 'end') fail(0, `is empty; write ${example}`)
  const expression = parseInfix(1)
  if (tokens.next.kind !== 'end') tokens.unexpected('an operator or the end')
  if (expression.type !== 'f32')
    fail(0, 'is a condition, not a number; choose between two numbers with select(no, yes, condition)')
  return expression
}

/**
 * Constants are computed now: a value that is not finite is found here, not later by a compiler.
 * @param fail - throws the error with its place
 */
function apply(
  operation: Operation,
  parts: readonly Expression[],
  variable: string,
  fail: (what: string) => never,
): Expression {
  const { name, takes, gives, value } = operation
  parts.forEach((part, index) => {
    const wanted = takes[index] as Type
    if (part.type !== wanted) {
      const remedy =
        wanted === 'f32'
          ? 'use select(0, 1, condition) to make one of a condition'
          : `compare it, as in ${variable} > 0`
      const noun = { f32: 'a number', bool: 'a condition' }
      fail(`\`${name}\` takes ${noun[wanted]}, not ${noun[part.type]}; ${remedy}`)
    }
  })
  const values = parts.map((part) => (part.kind === 'number' ? part.value : undefined))
  if (values.every((known) => known !== undefined)) {
    const result = value(...values)
    if (!(Math.abs(result) <= MAX_FLOAT)) {
      const numbers = values.map((known) => Number(known.toPrecision(6)))
      fail(`\`${name}\` of ${numbers.join(' and ')} is not a finite number; use other numbers`)
    }
    return constant(result, gives)
  }
  const depth = 1 + Math.max(...parts.map((part) => part.depth))
  if (depth > DEEPEST) fail(TOO_DEEP)
  return { kind: 'apply', type: gives, operation, parts, depth }
}

/** A call without its arguments: `max(..., ...)`. */
function callOf({ name, takes }: Operation): string {
  return `${name}(${takes.map(() => '...').join(', ')})`
}

function constant(value: number, type: Type): Expression {
  return { kind: 'number', type, value, depth: 1 }
}

/** `column 7`, or `line 2, column 7` where the text has several lines; both count from 1. */
function position(text: string, at: number): string {
  const before = text.slice(0, at).split(/\r\n|\r|\n/)
  const column = `column ${Array.from(before.at(-1) ?? '').length + 1}`
  return /[\r\n]/.test(text) ? `line ${before.length}, ${column}` : column
}

/**
 * The value of an expression in float64.
 * @param values - of the parameters, in the order of their names
 */
export function evaluate(expression: Expression, x: number, values: readonly number[]): number {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'x':
      return x
    case 'parameter':
      return values[expression.index] as number
    case 'apply':
      return expression.operation.value(...expression.parts.map((part) => evaluate(part, x, values)))
  }
}

/** Value and derivative by x, by the chain rule (forward differentiation with dual numbers). */
export function differentiate(expression: Expression, x: number, values: readonly number[]): Dual {
  switch (expression.kind) {
    case 'x':
      return { value: x, slope: 1 }
    case 'apply': {
      const { operation, parts } = expression
      const duals = parts.map((part) => differentiate(part, x, values))
      const at = duals.map(({ value }) => value)
      const partials = operation.partials(...at)
      // A constant part contributes 0, even if the partial derivative is infinite or undefined there.
      const slope = duals.reduce((sum, dual, i) => {
        const partial = partials[i] as number
        return dual.slope === 0 || partial === 0 ? sum : sum + partial * dual.slope
      }, 0)
      return { value: operation.value(...at), slope }
    }
    default:
      return { value: evaluate(expression, x, values), slope: 0 }
  }
}

/** The parameters of an expression in WGSL, where they are the vector `p: vec4<f32>`. */
const IN_VECTOR: readonly string[] = ['p.x', 'p.y', 'p.z', 'p.w']

/**
 * WGSL of an expression of the variable `x: f32` and of its parameters.
 * @param names - name of each parameter in WGSL
 */
export function wgslOf(expression: Expression, names = IN_VECTOR): string {
  switch (expression.kind) {
    case 'number':
      return expression.type === 'bool' ? String(expression.value !== 0) : literal(expression.value)
    case 'x':
      return 'x'
    case 'parameter':
      return names[expression.index] as string
    case 'apply':
      return expression.operation.wgsl(...expression.parts.map((part) => wgslOf(part, names)))
  }
}

function literal(value: number): string {
  const single = Math.fround(value)
  return single < 0 ? `(${single}f)` : `${single}f`
}

/** The parameters, by index, that an expression uses. */
export function parametersOf(expression: Expression): ReadonlySet<number> {
  if (expression.kind === 'parameter') return new Set([expression.index])
  return new Set(
    expression.kind === 'apply' ? expression.parts.flatMap((part) => [...parametersOf(part)]) : [],
  )
}
