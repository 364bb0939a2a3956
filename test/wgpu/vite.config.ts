import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const near = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Comparisons of kernels with the float64 reference, which run on wgpu as they do on Dawn. */
const KERNELS = 'test/gpu/kernels/{matrix,network,neuron,probe,random}.test.ts'

/** Mesa's OpenGL orders the factors of a product as it likes, which makes numbers near the ends of float32 overflow. */
const ORDERED = 'test/gpu/kernels/magnitudes.test.ts'

const deno = (backend: string, name: string, ...own: string[]) => ({
  resolve: { alias: [{ find: /^webgpu$|^.*\/vulkan\.ts$/, replacement: near('webgpu.ts') }] },
  test: {
    name,
    root: near('../..'),
    setupFiles: ['test/properties.ts', 'test/wgpu/setup.ts'],
    include: [KERNELS, 'test/wgpu/scenarios.test.ts', ...own],
    // Deno reads it when a device is first asked for.
    env: { DENO_WEBGPU_BACKEND: backend },
    // A worker keeps one device, and what was compiled for it, for all its files.
    isolate: false,
    // Ends what hangs; slow machines are slow.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})

/** How run.ts starts vitest: in Deno with the first two projects, in Node with the last. */
export default defineConfig({
  root: near('../..'),
  test: {
    maxWorkers: 2,
    projects: [
      deno('vulkan', 'vulkan', ORDERED),
      deno('gl', 'opengl'),
      {
        test: {
          name: 'firefox',
          root: near('../..'),
          setupFiles: 'test/wgpu/setup.ts',
          include: ['test/wgpu/firefox.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
