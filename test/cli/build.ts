import { build } from 'vite'

/** The command line tests run the built program. */
export default async function setup(): Promise<void> {
  await build({ mode: 'node', logLevel: 'warn' })
}
