/** Prints, for each project, how many kernels and scenarios were compared, and the largest difference in units of its bound. */
import type { Reporter } from 'vitest/node'
import type { Compared } from '../gpu/helpers/compared.ts'

type Found = Compared & { readonly test: string }

export default class implements Reporter {
  onTestRunEnd(modules: Parameters<NonNullable<Reporter['onTestRunEnd']>>[0]): void {
    const projects = new Map<string, Found[]>()
    for (const module of modules)
      for (const test of module.children.allTests('passed')) {
        const { compared } = test.meta() as { readonly compared?: Compared }
        if (compared === undefined) continue
        const found = projects.get(module.project.name) ?? []
        found.push({ ...compared, test: test.fullName })
        projects.set(module.project.name, found)
      }
    for (const [project, found] of [...projects].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const ofKernels = found.filter(({ kernels }) => kernels.length > 0)
      const keys = new Set(ofKernels.flatMap(({ kernels }) => kernels))
      const names = new Set([...keys].map((key) => key.replace(/\+.*/, '')))
      if (keys.size > 0)
        print(
          project,
          `${names.size} kernels in ${keys.size} variants compared by ${ofKernels.length} tests`,
          ofKernels,
        )
      const ofScenarios = found.filter(({ scenarios }) => scenarios.length > 0)
      const scenarios = new Set(ofScenarios.flatMap((one) => one.scenarios))
      if (scenarios.size > 0) print(project, `${scenarios.size} scenarios compared with Dawn`, ofScenarios)
    }
  }
}

function print(project: string, what: string, found: readonly Found[]): void {
  const worst = found.reduce((most, one) => (one.share > most.share ? one : most))
  process.stdout.write(
    `${project.padEnd(8)} ${what}; largest difference ${worst.share.toFixed(3)} of its bound: ${worst.test}, ${worst.where}\n`,
  )
}
