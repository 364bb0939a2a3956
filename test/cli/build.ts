import { build } from 'vite'
import type { TestProject } from 'vitest/node'

/** Each project has modules of its own; all of them share the process. */
const holder = globalThis as { engramProgram?: Promise<unknown> }

/** The command line tests, and those of the browser, run the built program. */
export default async function setup(project: TestProject): Promise<void> {
  holder.engramProgram ??= build({ mode: 'node', logLevel: 'warn' })
  await holder.engramProgram
  project.onTestsRerun(async () => {
    await build({ mode: 'node', logLevel: 'warn' })
  })
}
