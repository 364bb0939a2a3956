/** The shader modules of a plan, for people: the compiled source, with the line numbers of compile errors. */
import { ModelError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import { hint } from '../suggestion.ts'
import type { Kernel } from './kernels.ts'
import { type Operation, overridesOf } from './operation.ts'
import { type Plan, operationsOf } from './plan.ts'

/**
 * The modules of all operations of a plan with a label. Operations with the same module (the blocks of a matrix)
 * share it: their buffers and parameters are listed above it.
 * @throws ModelError if no operation has the label, with the nearest label
 */
export function wgslText(plan: Plan, model: Model, label: string): string {
  const all = operationsOf(plan)
  const found = all.filter((operation) => operation.label === label)
  if (found.length === 0) {
    const near = hint(label, [...new Set(all.map((operation) => operation.label))])
    throw new ModelError(
      `no dispatch has the label \`${label}\`; engram plan without --wgsl lists all labels${near}`,
      { path: '--wgsl' },
    )
  }
  const modules = new Map<string, Operation[]>()
  for (const operation of found) {
    const key = JSON.stringify([operation.kernel.source, overridesOf(operation)])
    modules.set(key, [...(modules.get(key) ?? []), operation])
  }
  return [...modules.values()].map((operations) => moduleText(operations, model)).join('\n\n')
}

function moduleText(operations: readonly Operation[], model: Model): string {
  const [first] = operations as readonly [Operation]
  const { label, kernel } = first
  return [
    `// ${label}: kernel ${kernel.key}, entry point ${kernel.entryPoint}`,
    `// overrides: ${listText(overridesOf(first))}`,
    ...operations.flatMap((operation) => dispatchLines(operation, model)),
    ...numberedLines(kernel),
  ].join('\n')
}

/** The differences between dispatches of one module. */
function dispatchLines({ stage, kernel, buffers, workgroups, params }: Operation, model: Model): string[] {
  const bound = kernel.bindings.map(
    ({ name, index, writes }) => `${index} ${name} = ${buffers[name]}${writes ? ' (written)' : ''}`,
  )
  return [
    `// dispatch: stage ${stage}, ${workgroups.join('x')} workgroups of buffers ${bound.join(', ')}`,
    kernel.varied ? '// params: a row for each replica' : `// params: ${listText(params(model))}`,
  ]
}

/** The lines of a kernel, with the line numbers of compile errors. */
export function numberedLines({ source }: Kernel): string[] {
  const lines = source.split('\n')
  const width = String(lines.length).length
  return lines.map((line, index) => `${String(index + 1).padStart(width)}  ${line}`.trimEnd())
}

function listText(values: Readonly<Record<string, number>>): string {
  const entries = Object.entries(values).map(([name, value]) => `${name} = ${value}`)
  return entries.join(', ') || 'none'
}
