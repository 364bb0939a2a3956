import { build } from 'vite'
import type { TestProject } from 'vitest/node'
import buildProgram from '../cli/build.ts'
import { serveBuild } from './browser.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the built page; ends with a slash. */
    readonly page: string
  }
}

/** The browser tests share one build of the page, and one of the command line; `inject('page')` is where the page is. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await buildProgram(project)
  const served = await serveBuild()
  project.provide('page', served.url)
  project.onTestsRerun(async () => {
    await build({ logLevel: 'warn' })
  })
  return () => served.close()
}
