import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { alias: [{ find: /^webgpu$|^.*\/vulkan\.ts$/, replacement: fileURLToPath(new URL('webgpu.ts', import.meta.url)) }] },
  test: {
    name: 'wgpu',
    setupFiles: 'test/properties.ts',
    include: ['test/gpu/**/*.test.ts', 'test/wgpu/scenarios.test.ts'],
    isolate: false,
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
