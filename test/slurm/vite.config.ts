import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** How run.ts starts vitest. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'slurm',
    include: ['test/slurm/*.test.ts'],
    // Ends what hangs; slow machines are slow.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
