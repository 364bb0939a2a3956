import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ModelError } from '../../../src/core/errors.ts'
import { differentiate, evaluate, parseExpression, wgslOf } from '../../../src/core/expression/expression.ts'
import { FUNCTIONS } from '../../../src/core/expression/operations.ts'

const NAMES = ['gain', 'b2']
const VALUES = [2, -0.5]
const parse = (text: string) => parseExpression(text, NAMES, 'g')
const at = (text: string, x: number): number => evaluate(parse(text), x, VALUES)

function mistake(text: string): string {
  try {
    parse(text)
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError)
    const { place, reason } = error as ModelError
    expect(place).toEqual({ path: 'g' })
    return reason
  }
  throw new Error(`\`${text.slice(0, 40)}\` is accepted`)
}

describe('an expression', () => {
  it.each<[string, number, number]>(
    [
      ['x', 3, 3],
      ['  gain *\n\tx ', 3, 6],
      ['1 + 2 * x', 3, 7],
      ['(1 + 2) * x', 3, 9],
      ['8 - 4 - x', 3, 1],
      ['24 / 4 / x', 3, 2],
      ['-x * -2', 3, 6],
      ['- -x', 3, 3],
      ['2 - -x', 3, 5],
      ['-pow(x, 2)', 3, -9],
      ['-7.5 % x', 2, -1.5],
      ['.5 + 1. + 1e1 + 2E-1 + 1.5e+1f + 3f', 0, 29.7],
      ['pi + e', 0, Math.PI + Math.E],
      ['gain - b2 / x', 4, 2.125],
      ['select(1, 2, x > 0)', 3, 2],
      ['select(1, 2, x > 0)', -3, 1],
      ['select(1, 2, (x > 0 && x < 2) || x == 3)', 3, 2],
      ['select(1, 2, !(x >= 3) && true)', 3, 1],
      ['select(1, 2, x < 3 || (x != 3 && false))', 3, 1],
    ].filter(([text]) => !/&&.*\|\||\|\|.*&&/.test(text as string)) as [string, number, number][],
  )('`%s` is, at x = %d, %d', (text, x, value) => expect(at(text, x)).toBeCloseTo(value, 12))

  it.each<[string, number, number]>([
    ['tanh(x)', 100, 1],
    ['sigmoid(x)', -1000, 0],
    ['softplus(x)', 1000, 1000],
    ['logCosh(x)', -1000, 1000 - Math.LN2],
    ['clamp(x, -1, 1)', -4, -1],
    ['mix(2, 6, x)', 0.25, 3],
    ['smoothstep(0, 2, x)', 1, 0.5],
    ['step(0, x)', 0, 1],
    ['fma(x, 2, 1)', 3, 7],
    ['fract(x)', -0.25, 0.75],
    ['round(x)', 2.5, 2],
    ['round(x)', 3.5, 4],
    ['round(x)', -1.5, -2],
    ['trunc(x)', -1.5, -1],
    ['pow(x, 3)', -2, -8],
    ['pow(x, -2)', -2, 0.25],
    ['pow(x, 2.5)', 4, 32],
    ['inverseSqrt(x)', 4, 0.5],
    ['atan2(x, -1)', 0, Math.PI],
    ['saturate(x)', 7, 1],
    ['degrees(radians(x))', 7, 7],
  ])('`%s` is, at x = %d, that of WGSL: %d', (text, x, value) => expect(at(text, x)).toBeCloseTo(value, 12))

  it('has no power of a negative number to a broken exponent', () => {
    expect(at('pow(x, 2.5)', -4)).toBeNaN()
    expect(at('pow(x, 17)', -1)).toBeNaN()
  })
})

describe('a mistake is told with its place in the text', () => {
  it.each<[string, RegExp]>([
    ['', /^column 1: is empty/],
    ['  \n ', /^line 1, column 1: is empty/],
    ['gain * tahn(x)', /^column 8: unknown function "tahn"; did you mean `tanh`\?$/],
    ['x +\n  tahn(x)', /^line 2, column 3: unknown function "tahn"/],
    [
      'x\r\n+ y',
      /^line 2, column 3: unknown name "y"; define it in parameters, or use one of x, gain, b2, pi, e$/,
    ],
    ['"ü" + x', /^column 1: unexpected `"`/],
    ['x + ü', /^column 5: unexpected `ü`/],
    ['tanh', /^column 1: "tanh" is a function; write tanh\(\.\.\.\)$/],
    ['tanh(x', /^column 7: the expression ends too early; add an operator, `,` or `\)`$/],
    ['tanh()', /^column 1: "tanh" takes 1 argument, not 0; write tanh\(\.\.\.\)$/],
    ['max(x)', /^column 1: "max" takes 2 arguments, not 1; write max\(\.\.\., \.\.\.\)$/],
    ['max(x, 1, 2)', /^column 1: "max" takes 2 arguments, not 3; write max/],
    ['max(x, )', /^column 8: unexpected `\)`; a number, a name or `\(` is needed here$/],
    ['x +', /^column 4: the expression ends too early; add a number, a name or `\(`$/],
    ['x x', /^column 3: unexpected `x`; an operator or the end is needed here$/],
    ['2 x', /^column 3: unexpected `x`/],
    ['(x', /^column 3: the expression ends too early; add an operator or `\)`$/],
    ['x)', /^column 2: unexpected `\)`/],
    ['x ^ 2', /^column 3: unexpected `\^`; use pow\(a, b\) for powers$/],
    ['x ** 2', /^column 3: unexpected `\*\*`; use pow\(a, b\) for powers$/],
    ['x > 0 ? 1 : 2', /^column 7: unexpected `\?`; use select\(no, yes, condition\)$/],
    ['--x', /^column 1: unexpected `--`; put parentheses/],
    ['0 < x < 1', /^column 7: `<` and `<` in a row; compare two numbers at a time and join with &&$/],
    ['select(0, 1, x > 0 && x < 2 || x > 3)', /^column 29: `&&` and `\|\|` side by side; put parentheses/],
    ['select(0, 1, x > 3 || x > 0 && x < 2)', /^column 29: `\|\|` and `&&` side by side; put parentheses/],
    ['select(0, 1, x)', /^column 1: `select` takes a condition, not a number; compare it, as in x > 0$/],
    ['x + (x > 0)', /^column 3: `\+` takes a number, not a condition; use select/],
    ['!x', /^column 1: `!` takes a condition, not a number/],
    ['x > 0', /^column 1: is a condition, not a number; choose/],
    ['1 / 0', /^column 3: `\/` of 1 and 0 is not a finite number; use other numbers$/],
    ['x + log(0)', /^column 5: `log` of 0 is not a finite number; use other numbers$/],
    ['x + sqrt(-1)', /^column 5: `sqrt` of -1 is not a finite number; use other numbers$/],
    ['1e39', /^column 1: 1e39 is too large for float32/],
    ['1e30 * 1e30', /^column 6: `\*` of 1e\+30 and 1e\+30 is not a finite number; use other numbers$/],
    ['1u', /^column 1: `1u` is not a number; write an f32/],
    ['0x1F', /^column 1: `0x` is not a number/],
    ['1.2.3', /^column 4: unexpected `\.3`/],
    ['f32(x)', /^column 1: unknown function "f32"; all numbers are f32, leave the conversion out$/],
  ])('`%s`', (text, says) => expect(mistake(text)).toMatch(says))
})

describe('nothing but an expression gets through:', () => {
  it.each([
    'x; state[0] = 1.0',
    'x;',
    '0.0; } @compute @workgroup_size(1) fn evil() { x',
    '{ x }',
    'x // }',
    'x /* } */',
    '/* x',
    '@x',
    'x @binding(0)',
    'state[0]',
    'x[0]',
    'x.y',
    'p.x',
    'p',
    'params',
    'params.size',
    'activations',
    'ring',
    'clock',
    'WORKGROUP',
    'isFinite(x)',
    'powerOf(x, 2)',
    'activation(x)',
    'noise(1, 2, 3)',
    'tanhStable(x)',
    'workgroupBarrier()',
    'atomicAdd(&x, 1)',
    '&x',
    '*x',
    'x = 2',
    'x += 2',
    'let y = 2',
    'vec4<f32>(x)',
    'array<f32, 4>(x, x, x, x)[0]',
    'bitcast<f32>(x)',
    'x << 2',
    'x & 1',
    '~x',
    'discard',
    'return x',
    'constructor',
    'toString()',
    '__proto__',
    'hasOwnProperty(x)',
    '${x}',
    '`x`',
    '"x"',
    "'x'",
    '\\u0078',
    'x\0',
    '\u2028x;',
    '\ud800',
  ])('`%s`', (text) => expect(mistake(text)).toMatch(/^(line \d+, )?column \d+: /))

  it('a text of 2001 characters', () => {
    expect(at(`x${' '.repeat(1999)}`, 3)).toBe(3)
    expect(mistake(`x${' '.repeat(2000)}`)).toBe('has 2001 characters; shorten it to at most 2000')
  })

  it('more than 64 levels, of parentheses, signs, calls or a sum', () => {
    const texts: readonly ((n: number) => string)[] = [
      (n) => '('.repeat(n) + 'x' + ')'.repeat(n),
      (n) => '-('.repeat(n / 2) + 'x' + ')'.repeat(n / 2),
      (n) => 'tanh('.repeat(n - 1) + 'x' + ')'.repeat(n - 1),
      (n) => `x${'+x'.repeat(n - 1)}`,
    ]
    for (const text of texts) {
      expect(parse(text(64)).depth).toBeLessThanOrEqual(64)
      expect(mistake(text(66))).toMatch(/nested more than 64 deep/)
    }
    expect(mistake('('.repeat(2000))).toMatch(/^column 65: nested more than 64 deep/)
  })

  it('and what does is made of nothing but x, p, numbers, operators and known functions', () => {
    const words = [
      'x',
      'gain',
      'tanh',
      'max',
      '(',
      ')',
      ',',
      '+',
      '-',
      '1',
      '0.5',
      '<',
      ';',
      '}',
      'state',
      '//',
      '\n',
    ]
    let accepted = 0
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 9 }), (parts) => {
        let wgsl: string
        try {
          wgsl = wgslOf(parse(parts.join(' ')))
        } catch (error) {
          expect(error).toBeInstanceOf(ModelError)
          return
        }
        accepted++
        expect(
          wgsl.replace(
            /tanhStable|max|select|true|false|p\.[xyzw]|x|[\d.]+(e-?\d+)?f|[-+*/%<>=!&|(), ]/g,
            '',
          ),
        ).toBe('')
      }),
      { numRuns: 3000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })
})

describe('WGSL', () => {
  it.each([
    ['gain * x + b2', '((p.x * x) + p.y)'],
    ['1/3', '0.3333333432674408f'],
    ['x - 2 - 3', '((x - 2f) - 3f)'],
    ['x * -1', '(x * (-1f))'],
    ['-tanh(x)', '(-tanhStable(x))'],
    ['select(0, x, x > 0 && !(x > 1))', 'select(0f, x, ((x > 0f) && (!(x > 1f))))'],
    ['pow(clamp(x, 0, 1), 2)', 'powerSigned(clampTo(x, 0f, 1f), 2f)'],
  ])('of `%s` is %s', (text, wgsl) => expect(wgslOf(parse(text))).toBe(wgsl))
})

describe('the derivative', () => {
  // Away from kinks and from the ends of each domain; truncation and rounding of order 1e-10.
  const slots = [...FUNCTIONS.values()].flatMap(({ name, takes }) =>
    takes.flatMap((type, slot) => {
      if (type === 'bool') return []
      const others = ['0.1', '1.7', name === 'select' ? 'x > 0' : '0.9']
      const parts = takes.map((_, i) => (i === slot ? (name === 'acosh' ? '1.5 + x' : 'x') : others[i]))
      return [`${name}(${parts.join(', ')})`]
    }),
  )
  const operators = [
    'x + 2',
    '2 - x',
    'x * x',
    '2 / (x + 3)',
    'x % 0.4',
    '7.3 % (x + 3)',
    '-x',
    'x * tanh(x) / (1 + exp(x))',
  ]

  it.each([...slots, ...operators])('of `%s` is its slope', (text) => {
    const expression = parse(text)
    for (const x of [0.21, 0.47, 0.83]) {
      const value = (by: number): number => evaluate(expression, x + by, VALUES)
      const slope = (value(1e-6) - value(-1e-6)) / 2e-6
      const dual = differentiate(expression, x, VALUES)
      expect(dual.value).toBe(value(0))
      expect(Math.abs(dual.slope - slope)).toBeLessThan(1e-8 * (1 + Math.abs(slope)))
    }
  })

  it('takes nothing from a branch that is not chosen, nor from a part that does not move', () => {
    const { value, slope } = differentiate(parse('select(0, sqrt(x), x > 0) + sqrt(max(x, 0))'), -1, VALUES)
    expect([value, slope]).toEqual([0, 0])
  })
})
