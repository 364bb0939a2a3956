import katex from 'katex'
import { describe, expect, test } from 'vitest'
import { diagramOf, pacesOf } from '../../../src/app/teaching/diagram.ts'
import { equationsOf, symbolsOf } from '../../../src/app/teaching/equations.ts'
import { buildModel, zeroRows } from '../../build.ts'
import { attending, product } from '../../couplings.ts'
import { LESSONS } from '../../lessons.ts'
import { loadShipped } from '../../scenario.ts'

const NAMES = Object.keys(LESSONS)

test.each(NAMES)('the equations and the story of %s are TeX that KaTeX knows', async (id) => {
  const model = await loadShipped(id)
  const story = LESSONS[id]!.story.flatMap((text) => text.split('$').filter((_, index) => index % 2 === 1))
  for (const tex of [...story, ...equationsOf(model).flatMap(({ lines }) => lines)])
    expect(() => katex.renderToString(tex, { strict: 'error', throwOnError: true })).not.toThrow()
})

describe('equations', () => {
  test('say what the model does: its inputs, its time constants, its energy', async () => {
    const [neurons, activations, learning, energy] = equationsOf(await loadShipped('fast-synapses'))
    expect(neurons?.lines).toEqual(['\\tau_{v}\\, \\dot v = -v + W\\, g_{v}, \\qquad \\tau_{v} = 1'])
    expect(activations?.lines).toEqual(['g_{v} = \\tanh(10\\,v)'])
    expect(learning?.lines).toEqual([
      '\\tau_{W}\\, \\dot W = -(W - J) + \\kappa\\, g_{v} g_{v}^\\top, \\qquad \\tau_{W} = 2',
      'J = \\tfrac1N\\, P^\\top P,\\quad J_{ii} = 0',
    ])
    expect(energy?.lines).toEqual([
      'E = v \\cdot g_{v} - L_{v}(v) - \\tfrac12\\, g_{v}^\\top W\\, g_{v} + \\tfrac{1}{4\\kappa} |W - J|^2',
    ])
  })

  test('of a fixed network have no learning in them, and of an adiabatic layer no rate', async () => {
    const equations = equationsOf(await loadShipped('digits'))
    expect(equations.map(({ title }) => title)).toEqual(['Neurons', 'Activations', 'Energy'])
    expect(equations[0]?.lines[1]).toBe('h = \\Xi\\, g_{v} \\qquad (\\tau_{h} = 0)')
  })

  test('of hyperedges say what they send, what their symbols mean and their energy', () => {
    const tokens = attending([4, 3], { heads: 2, size: 2, beta: 0.5 })
    const [neurons, , learning, energy] = equationsOf(tokens)
    expect(neurons?.lines[0]).toContain(
      '\\sum_h \\left[ W_{Q}^{h\\top} \\sum_k a_{tk}^h K_{k}^h + W_{K}^{h\\top} \\sum_q a_{qt}^h Q_{q}^h \\right]_t',
    )
    expect(learning?.lines[1]).toBe(
      'a_{qk}^h = \\operatorname{softmax}_{k \\ne q}(\\beta\\, K_{k}^h \\cdot Q_{q}^h), \\qquad \\beta = 0.5',
    )
    expect(energy?.lines[0]).toContain(
      '- \\tfrac1\\beta \\sum_{h,q} \\log \\sum_{k \\ne q} \\exp(\\beta\\, K_{k}^h \\cdot Q_{q}^h)',
    )
    const shared = product([3, 4, 5], 2, { rule: 'hebbian', tau: 4, scale: 0.5 })
    expect(equationsOf(shared)[0]?.lines[0]).toContain(
      '0.5\\, A_{v}^\\top (A_{h}\\, g_{h} \\odot A_{u}\\, g_{u})',
    )
    expect(equationsOf(shared)[3]?.lines[0]).toContain(
      '- 0.5\\, \\sum_\\mu (A_{v}\\, g_{v})_\\mu(A_{h}\\, g_{h})_\\mu(A_{u}\\, g_{u})_\\mu',
    )
    for (const tex of [tokens, shared].flatMap(equationsOf).flatMap(({ lines }) => lines))
      expect(() => katex.renderToString(tex, { strict: 'error', throwOnError: true })).not.toThrow()
  })

  test('have a symbol of its own for each layer', () => {
    const layers = ['visible', 'hidden', 'vast', 'b', '7'].map((name) => ({
      name,
      size: 1,
      lagrangian: { kind: 'relu' } as const,
    }))
    const symbols = [...symbolsOf(buildModel({ layers })).values()]
    expect(symbols.slice(0, 3)).toEqual(['v', 'h', 'a'])
    expect(new Set(symbols).size).toBe(5)
  })
})

describe('the diagram', () => {
  test('has a box for each layer, a line for each memory, a loop for each synapse', () => {
    const svg = diagramOf(
      buildModel({
        layers: ['x', '<y>'].map((name) => ({ name, size: 3, lagrangian: { kind: 'relu' } as const })),
        memories: [{ name: 'xi', from: 'x', to: '<y>', init: zeroRows(3, 3) }],
        synapses: [{ name: 'w', layer: 'x' }],
      }),
    )
    expect(svg.match(/<rect/g)).toHaveLength(2)
    expect(svg.match(/class="join"/g)).toHaveLength(2)
    // Names are text, whatever is in them.
    expect(svg).not.toContain('<y>')
  })

  test('joins the layers of a hyperedge in a point, and loops where it has one layer', async () => {
    const shared = diagramOf(await loadShipped('hyperedge'))
    // A line to each of the three layers.
    expect(
      /<path class="join" d="(?<lines>M[^"]*)"\/><circle/.exec(shared)?.groups?.lines?.match(/L/g),
    ).toHaveLength(3)
    expect(shared).toContain('product')
    const attending = diagramOf(await loadShipped('energy-transformer'))
    expect(attending).toContain('attention')
    expect(attending).not.toContain('<circle')
  })

  test('tells what is at once, fast, slow and still', async () => {
    expect([...pacesOf(await loadShipped('softmax-synapses'))]).toEqual([
      ['visible', 'fast'],
      ['hidden', 'instant'],
      ['xi', 'slow'],
    ])
    expect(pacesOf(await loadShipped('hopfield')).get('recurrent')).toBe('still')
  })
})
