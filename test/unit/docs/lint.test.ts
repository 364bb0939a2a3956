/** The rule of ESLint that keeps facts of a kind in the folder of its family (scripts/eslint-kinds.mjs). */
import { fileURLToPath } from 'node:url'
import { ESLint } from 'eslint'
import { expect, test, vi } from 'vitest'

// Types of the whole project are read.
vi.setConfig({ testTimeout: 300_000 })

const SOURCE = `
import type { Coupling, Model } from '../model/model.ts'

export function first({ layers, memories, probes, time }: Model, coupling: Coupling, text: string): boolean[] {
  const isMatrix = (() => {
    switch (coupling.kind) {
      case 'lateral':
        return true
      default:
        return false
    }
  })()
  return [
    isMatrix,
    layers[0]?.lagrangian.kind === 'softmax',
    memories[0]?.rule !== 'hebbian',
    'energy' === probes[0]?.kind,
    time.integrator === 'euler',
    // Not the name of a kind.
    text === 'euler',
  ]
}
`

test('a comparison with the name of a kind is refused outside the folder of its family, in every family', async () => {
  const eslint = new ESLint({
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    // Otherwise the parser reads the file on disk instead of SOURCE when the variable CI is set.
    overrideConfig: { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } },
  })
  const [result] = await eslint.lintText(SOURCE, { filePath: 'src/core/run/failures.ts' })
  const refused = result!.messages.filter(({ ruleId }) => ruleId === 'engram/kinds-at-home')
  expect(refused.map(({ message }) => message.split(':')[0])).toEqual([
    '`lateral` is the name of a kind of COUPLINGS',
    '`softmax` is the name of a kind of LAGRANGIANS',
    '`hebbian` is the name of a kind of RULES',
    '`energy` is the name of a kind of PROBES',
    '`euler` is the name of a kind of INTEGRATORS',
  ])
})
