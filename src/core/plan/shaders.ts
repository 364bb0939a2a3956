/** The WGSL files of shaders/. */
import { INTEGRATOR_KINDS, integratorOf } from '../kinds/integrators/table.ts'
import { LAGRANGIANS } from '../kinds/lagrangians/table.ts'
import { isMoving, RULE_KINDS } from '../kinds/rules/table.ts'
import { NOISE_KINDS } from '../kinds/noises/table.ts'
import { UPDATE_KINDS, UPDATES } from '../kinds/updates/table.ts'

const FILES = import.meta.glob<string>('../../../shaders/**/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** The text of shaders/PATH.wgsl. */
export function wgsl(path: string): string {
  const text = FILES[`../../../shaders/${path}.wgsl`]
  if (text === undefined) throw new Error(`there is no shaders/${path}.wgsl`)
  return text
}

// Without this check a kind without WGSL would fail only when used.
for (const kind of Object.keys(LAGRANGIANS)) wgsl(`lagrangian/${kind}`)
for (const [kind, facts] of Object.entries(LAGRANGIANS)) if ('conjugate' in facts) wgsl(`conjugate/${kind}`)
for (const kind of INTEGRATOR_KINDS) wgsl(`integrator/${integratorOf(kind).gain}`)
for (const kind of RULE_KINDS.filter(isMoving)) wgsl(`rule/${kind}`)
for (const kind of NOISE_KINDS) wgsl(`noise/${kind}`)
for (const kind of UPDATE_KINDS.filter((one) => !UPDATES[one].movesAll)) wgsl(`update/${kind}`)
