/** The program as a file that a new process can run. */
import { fileURLToPath } from 'node:url'

/** As far from the sources as from the built program. */
export const PROGRAM = fileURLToPath(new URL('../../bin/engram.js', import.meta.url))
