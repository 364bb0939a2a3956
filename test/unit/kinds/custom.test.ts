import { describe, expect, it } from 'vitest'
import { ModelError } from '../../../src/core/errors.ts'
import { activation, hessian, lagrangian } from '../../../src/core/kinds/lagrangians/table.ts'
import type { Lagrangian } from '../../../src/core/model/model.ts'
import { runningParameters, withParameter } from '../../../src/core/model/parameters.ts'
import { fieldAt } from '../../../src/core/model/path.ts'
import { lagrangianFields, kernelOf } from '../../../src/core/plan/kernels.ts'
import { risesOf } from '../../../src/core/model/energy.ts'
import { BUILT_IN_AS_CUSTOM } from '../../lagrangians.ts'
import { hidden, memory, resolve, scenario, visible, type Raw } from '../model/resolving.ts'

const custom = (activation: string, lagrangian: string, parameters: Raw = {}): Raw => ({
  kind: 'custom',
  activation,
  lagrangian,
  parameters,
})
const layers = (lagrangian: Raw, parts: Raw = {}): Raw =>
  scenario({ neurons: { visible: visible({ lagrangian, ...parts }), hidden: hidden() } })

async function refusal(raw: Raw): Promise<string> {
  const error = await resolve(raw).then(
    () => new Error('it is accepted'),
    (reason: unknown) => reason as Error,
  )
  expect(error).toBeInstanceOf(ModelError)
  return error.message.replace('s.json: neurons.visible.lagrangian', '')
}

describe('a custom Lagrangian', () => {
  it.each(Object.entries(BUILT_IN_AS_CUSTOM))('that is written like %s equals it', (_, [builtIn, own]) => {
    const x = Float64Array.from({ length: 61 }, (__, k) => (k - 30) / 4 + 0.01)
    const close = (a: ArrayLike<number>, b: ArrayLike<number>): void =>
      Array.from(a).forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 10))
    close(activation(own, x), activation(builtIn, x))
    close(hessian(own, x), hessian(builtIn, x))
    close([lagrangian(own, x)], [lagrangian(builtIn, x)])
  })

  it.each(Object.entries(BUILT_IN_AS_CUSTOM))(
    'that is written like %s is accepted without a word',
    async (_, [, own]) => {
      const { warnings } = await resolve(layers(own))
      expect(warnings).toEqual([])
    },
  )

  it.each<[string, Raw, string]>([
    [
      'an unknown function',
      custom('gain * tahn(x)', 'x', { gain: 2 }),
      '.activation: column 8: unknown function "tahn"; did you mean `tanh`?',
    ],
    [
      'a statement',
      custom('x', 'x * x / 2; state[0] = 1'),
      '.lagrangian: column 10: unexpected `;`; write one expression, without statements',
    ],
    [
      'a derivative that is another function',
      custom('tanh(x)', 'x * x / 2'),
      ': the activation is 0.7579 at x = 0.9912, the derivative of the lagrangian is 0.9912 there; correct one of them: they must be equal',
    ],
    [
      'a forgotten factor',
      custom('x', 'x * x'),
      ': the activation is 0.9912 at x = 0.9912, the derivative of the lagrangian is 1.982 there; multiply the lagrangian by 0.5',
    ],
    [
      'a forgotten parameter',
      custom('tanh(gain * x)', 'logCosh(gain * x)', { gain: 4 }),
      ': the activation is 0.9993 at x = 0.9912, the derivative of the lagrangian is 3.997 there; multiply the lagrangian by 0.25',
    ],
    [
      'a derivative wrong only far out',
      custom('min(x, 6)', 'x * x / 2'),
      ': the activation is 6 at x = 6.0186, the derivative of the lagrangian is 6.019 there; correct one of them: they must be equal',
    ],
    [
      'a root of negative numbers',
      custom('sqrt(x)', 'pow(max(x, 0), 1.5) / 1.5'),
      '.activation: is NaN at x = -0.0063; write an expression that is finite for all x from -8 to 8, such as sqrt(max(x, 0)) or exp(min(x, 8))',
    ],
    [
      'an overflow',
      custom('exp(exp(x))', 'x'),
      /^\.activation: is Infinity at x = 4\.\d+; write an expression that is finite/ as unknown as string,
    ],
    [
      'a jump',
      custom('step(1, x)', 'select(0, x, x > 1)'),
      '.lagrangian: jumps by 1 at x = 1, so it has no derivative there; make it continuous',
    ],
    [
      'a parameter named like a function',
      custom('x', 'x * x / 2', { exp: 1 }),
      '.parameters.exp: the name `exp` already has a meaning in expressions; choose another',
    ],
    [
      'a parameter named x',
      custom('x', 'x * x / 2', { x: 1 }),
      '.parameters.x: the name `x` already has a meaning in expressions; choose another',
    ],
    [
      'five parameters',
      custom('x', 'x * x / 2', { a: 1, b: 1, c: 1, d: 1, f: 1 }),
      '.parameters: has 5 entries; keep at most 4 and write the others as numbers into the expressions',
    ],
    [
      'a parameter that is text',
      custom('x', 'x * x / 2', { a: 'b' }),
      '.parameters.a: must be a number or an object with "kind" "array", "npy", "idx", "image", "png", "random", "rows", "values" or "zeros", not "b"; give a number such as 1',
    ],
    [
      'a parameter with a strange name',
      custom('x', 'x * x / 2', { 'a b': 1 }),
      '.parameters.a b: must start with a letter and go on with letters, digits and _, not "a b"; choose another name, such as a1',
    ],
    ['no activation', { kind: 'custom', lagrangian: 'x' }, '.activation: is missing; must be text'],
    [
      'a misspelt key',
      { ...custom('x', 'x * x / 2'), parameter: {} },
      '.parameter: unknown key; did you mean `parameters`?',
    ],
  ])('is refused for %s', async (_, own, says) => {
    const message = await refusal(layers(own))
    if (typeof says === 'string') expect(message).toBe(says)
    else expect(message).toMatch(says)
  })

  it('that is not convex is let through with a warning, unless the layer is adiabatic', async () => {
    const wave = custom('sin(2 * x)', '-cos(2 * x) / 2')
    const model = await resolve(layers(wave))
    expect(model.warnings).toEqual([
      'neurons.visible.lagrangian.activation: falls from 0.2616 at x = -7.9863 to 0.1838 at x = -7.9464; the Lagrangian is ' +
        'not convex there and the energy may rise',
    ])
    expect(risesOf(model)).not.toEqual([])
    expect(risesOf(await resolve(layers(custom('x', 'x * x / 2'))))).toEqual([])
    const adiabatic = await resolve(
      scenario({ neurons: { visible: visible(), hidden: hidden({ lagrangian: wave }) } }),
    )
    expect(adiabatic.warnings).toEqual([])
    expect(risesOf(adiabatic)).toEqual([])
  })

  it('may jump in its activation, as a step does', async () => {
    const { warnings } = await resolve(layers(custom('step(0.5, x)', 'max(x - 0.5, 0)')))
    expect(warnings).toEqual([])
  })

  it('with a parameter that no expression uses gets a warning', async () => {
    const { warnings } = await resolve(layers(custom('a * x', 'a * x * x / 2', { b: 1, a: 2 })))
    expect(warnings).toEqual([
      'neurons.visible.lagrangian.parameters.b: neither expression uses it; leave it out',
    ])
  })

  it('gates memories where it is never negative', async () => {
    const gated = (own: Raw): Raw =>
      scenario({
        neurons: { visible: visible(), hidden: hidden({ lagrangian: own }) },
        memories: { xi: memory({ rule: 'gated', tau: 5 }) },
      })
    await resolve(gated(custom('max(x, 0)', 'max(x, 0) * max(x, 0) / 2')))
    await expect(resolve(gated(custom('x', 'x * x / 2')))).rejects.toThrow(
      /memories\.xi\.rule: "gated" needs a layer `hidden` with an activation >= 0, not custom; use softmax, .* a custom one/,
    )
  })
})

describe('parameters of a custom Lagrangian', () => {
  const soft = custom('sign(x) * max(abs(x) - edge, 0) * gain', 'gain * pow(max(abs(x) - edge, 0), 2) / 2', {
    gain: 2,
    edge: 0.25,
  })

  it('may change while the network runs, are checked with the expressions, and need no new kernel', async () => {
    const model = await resolve(layers(soft))
    const path = 'neurons.visible.lagrangian.parameters.edge'
    expect(runningParameters(model)).toContain(path)
    expect(fieldAt(model.scenario, path)).toMatchObject({
      kind: 'number',
      title: 'edge',
      control: { min: -10, max: 10 },
    })
    const changed = withParameter(model, path, 0.5).layers[0]!.lagrangian
    expect(lagrangianFields(changed)).toEqual({ p0: 2, p1: 0.5, p2: 0, p3: 0 })
    expect(Array.from(activation(changed, Float64Array.of(1, -2)))).toEqual([1, -3])
    const before = kernelOf('neuron/activate', { lagrangian: model.layers[0]!.lagrangian })
    expect(kernelOf('neuron/activate', { lagrangian: changed })).toBe(before)

    const divided = await resolve(layers(custom('tanh(a * x)', 'logCosh(a * x) / a', { a: 1 })))
    expect(() => withParameter(divided, 'neurons.visible.lagrangian.parameters.a', 0)).toThrow(
      'neurons.visible.lagrangian.lagrangian: is NaN at x = 0.9912; write an expression that is finite for all x from -8 to 8',
    )
  })

  it('other expressions are another kernel of the same name', () => {
    const kernel = (activation: string) =>
      kernelOf('neuron/activate', {
        lagrangian: { kind: 'custom', activation, lagrangian: 'x', parameters: {} } satisfies Lagrangian,
      })
    expect(kernel('x').key).toBe('neuron/activate+custom')
    expect(kernel('2 * x').key).toBe('neuron/activate+custom')
    expect(kernel('x').source).not.toBe(kernel('2 * x').source)
    expect(kernel('x')).toBe(kernel(' x '))
  })
})
