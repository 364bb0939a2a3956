import { readFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import type { BuildOptions, Plugin, PluginOption } from 'vite'

/**
 * `vite build` makes the page; `--mode node` the command line and library; `--mode browser` the library for bundlers;
 * `--mode element` the element for any page, in one file.
 */
const builds: Record<string, BuildOptions> = {
  node: {
    outDir: 'dist/node',
    copyPublicDir: false,
    ssr: true,
    target: 'node20',
    rolldownOptions: {
      input: { engram: 'src/node/cli.ts', index: 'src/node/index.ts' },
      // Two folders below the package, as src/node is: src/node/shipped.ts counts on it.
      output: { chunkFileNames: '[name]-[hash].js' },
    },
  },
  browser: {
    outDir: 'dist/browser',
    copyPublicDir: false,
    target: 'es2023',
    minify: false,
    lib: { entry: 'src/app/library.ts', formats: ['es'], fileName: 'index' },
    rolldownOptions: { external: /^[a-z@]/ },
  },
  element: {
    outDir: 'dist/element',
    copyPublicDir: false,
    target: 'es2023',
    minify: true,
    // To be one file is what it is for.
    chunkSizeWarningLimit: 2000,
    lib: { entry: 'src/app/embed/element.ts', formats: ['es'], fileName: 'index' },
    rolldownOptions: { output: { codeSplitting: false, minify: true } },
  },
}

/** Puts the scenarios and their data beside the built page; the development server has them where they are. */
const shipScenarios: Plugin = {
  name: 'ship-scenarios',
  apply: 'build',
  writeBundle: ({ dir }) => cp('scenarios', `${dir}/scenarios`, { recursive: true }),
}

/** Every browser with WebGPU reads woff2: the other formats of KaTeX's fonts stay away. */
const oneFontFormat: Plugin = {
  name: 'one-font-format',
  enforce: 'pre',
  transform: (code, id) =>
    /katex[^/]*\.css/.test(id) ? code.replace(/,url\([^)]*\) format\("(woff|truetype)"\)/g, '') : undefined,
}

/** The signs of lil-gui's font, a data: URL, are in every font. */
const noDataFont: Plugin = {
  name: 'no-data-font',
  enforce: 'pre',
  transform: (code, id) =>
    id.includes('lil-gui.css') ? code.replace(/@font-face\s*\{[^}]*lil-gui[^}]*\}/g, '') : undefined,
}

/** Comments and empty lines of kernels, a sixth of the page, are for those who read the sources. */
const bareKernels: Plugin = {
  name: 'bare-kernels',
  apply: 'build',
  enforce: 'pre',
  load(id) {
    if (!id.endsWith('.wgsl?raw')) return undefined
    // A comment that begins with a colon says how often its line stands (src/core/plan/kernels.ts).
    const lines = readFileSync(id.slice(0, -'?raw'.length), 'utf8')
      .split('\n')
      .map((line) => line.replace(/\s*\/\/(?!:).*$/, ''))
      .filter((line) => line.trim() !== '')
    return `export default ${JSON.stringify(lines.join('\n'))}`
  },
}

/** The element brings its styles as text (src/app/embed/styles.ts): those that modules import for the page stay away. */
const noPageStyles: Plugin = {
  name: 'no-page-styles',
  enforce: 'pre',
  load: (id) => (id.endsWith('.css') ? '' : undefined),
}

/** What the page may load, and from where; docs/page.md has it as a header. */
const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' blob:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'worker-src': "'self'",
  'manifest-src': "'self'",
  'media-src': "'self' blob:",
  'base-uri': "'none'",
  'form-action': "'none'",
}

/** The development server puts styles into the page by script, and tells of changes through a socket. */
const DEVELOPMENT_POLICY = {
  ...POLICY,
  'style-src': "'self' 'unsafe-inline'",
  'connect-src': "'self' ws: wss:",
}

const contentPolicy: Plugin = {
  name: 'content-policy',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { server }) => [
      {
        tag: 'meta',
        attrs: {
          'http-equiv': 'Content-Security-Policy',
          content: Object.entries(server === undefined ? POLICY : DEVELOPMENT_POLICY)
            .map(([directive, sources]) => `${directive} ${sources}`)
            .join('; '),
        },
        injectTo: 'head-prepend',
      },
    ],
  },
}

/** The indentation of index.html is for those who read the source. */
const flushHtml: Plugin = {
  name: 'flush-html',
  apply: 'build',
  transformIndexHtml: { order: 'post', handler: (html) => html.replace(/\n\s+/g, '\n') },
}

/** Whether a browser can be opened: `npm start` is typed into a terminal of a desktop. */
const isDesktop =
  process.stdout.isTTY &&
  process.env.CI === undefined &&
  (process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY))

/**
 * Campaigns: all lessons, experiments and recipes, and what the page does in rare states. `npm run test:long` runs them
 * (`--mode long`); `npm test` leaves them out and takes some minutes.
 */
const LONG = [
  'test/unit/docs/extending.test.ts',
  'test/unit/docs/lint.test.ts',
  'test/cli/memory.test.ts',
  'test/gpu/lessons.test.ts',
  'test/gpu/mutations.test.ts',
  'test/gpu/reproduce.test.ts',
  'test/gpu/slow.test.ts',
  'test/browser/page-faults.test.ts',
  'test/browser/page-history.test.ts',
  'test/browser/page-looks.test.ts',
  'test/browser/page-names.test.ts',
  'test/browser/page-offline.test.ts',
  'test/browser/page-policy.test.ts',
  'test/browser/page-reproduce.test.ts',
  'test/browser/page-scenarios.test.ts',
  'test/browser/page-share.test.ts',
  'test/browser/page-spectrum.test.ts',
  'test/browser/page-stage.test.ts',
  'test/browser/page-tries.test.ts',
  'test/browser/page-video.test.ts',
  'test/browser/sources.test.ts',
]

/** The files of a group of tests, in one of the two modes. */
const filesOf = (group: string, mode: string): { include: string[]; exclude: string[] } =>
  mode === 'long'
    ? { include: LONG.filter((file) => file.startsWith(`test/${group}/`)), exclude: [] }
    : { include: [`test/${group}/**/*.test.ts`], exclude: LONG }

/**
 * Both workers are busy to the end: the longest file comes first, then browser, cli, gpu and unit, whose files are short. Within
 * a project vitest puts first what took the longest last time.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification): boolean =>
      moduleId.endsWith('/docs/extending.test.ts')
    const sorted = await super.sort(files)
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))]
  }
}

/**
 * glibc takes memory in larger steps in the processes of the tests. The software adapter compiles by taking and giving back
 * small pieces, and most steps fault pages in: about a tenth of its CPU time.
 */
if (process.env.VITEST !== undefined) process.env.MALLOC_TOP_PAD_ ??= String(64 * 2 ** 20)

/** The built page works without a network after one visit, scenarios and their data included: 3 MB in all. */
const offline = VitePWA({
  registerType: 'prompt',
  // src/app/boot/offline.ts registers it, and tells of a new version.
  injectRegister: false,
  manifest: {
    name: 'engram',
    short_name: 'engram',
    description: 'A simulator of associative networks',
    start_url: './',
    scope: './',
    display: 'standalone',
    background_color: '#f3f5f8',
    theme_color: '#2f6fde',
    icons: [
      { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
      { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
      { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
      { src: 'icon-maskable.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
  },
  workbox: {
    mode: 'production',
    globPatterns: ['**/*.{html,js,css,svg,png,woff2,json,npz,gz,npy,webmanifest}'],
    // Half a megabyte that few use: it is loaded by who measures a GPU.
    globIgnores: ['**/measuring-*.js'],
    // What the address asks for is read by the page.
    ignoreURLParametersMatching: [/./],
    inlineWorkboxRuntime: true,
    cleanupOutdatedCaches: true,
    sourcemap: false,
  },
})

function pluginsOf(mode: string): PluginOption[] {
  if (mode === 'element') return [noDataFont, bareKernels, noPageStyles]
  return mode in builds
    ? []
    : [shipScenarios, oneFontFormat, noDataFont, bareKernels, contentPolicy, flushHtml, offline]
}

export default defineConfig(({ mode }) => ({
  // The built page works in any folder of a server.
  base: './',
  server: { open: isDesktop && mode === 'development' },
  // Other pages of the project have dependencies of their own.
  optimizeDeps: { entries: ['index.html'] },
  plugins: pluginsOf(mode),
  // One file is read sooner than the many of these packages.
  ssr: { noExternal: ['commander', 'fflate', 'jsonc-parser', 'leven', 'pako', 'valibot'] },
  build: builds[mode] ?? {
    outDir: 'dist/page',
    target: 'es2023',
    assetsInlineLimit: 0,
    // What the first picture needs is one file: divided by what later parts share with it, it would be 6 % larger, in twenty requests.
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: 'first', tags: ['$initial'] }],
        },
      },
      // Its package does not say so: who reads JSON does not load what edits it.
      treeshake: { moduleSideEffects: [{ test: /jsonc-parser/, sideEffects: false }] },
    },
  },
  test: {
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: 'test/properties.ts',
          ...filesOf('unit', mode),
          isolate: false,
          // Ends what hangs; slow machines are slow.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'gpu',
          setupFiles: 'test/properties.ts',
          ...filesOf('gpu', mode),
          // A worker keeps one device, and what was compiled for it, for all its files: see test/gpu/device.ts.
          isolate: false,
          // Ends what hangs; slow machines are slow.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'cli',
          ...filesOf('cli', mode),
          // A worker keeps one process that runs commands: see test/cli/start.ts.
          isolate: false,
          globalSetup: 'test/cli/build.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'browser',
          ...filesOf('browser', mode),
          globalSetup: 'test/browser/build.ts',
          // A worker keeps one browser for all its files: see test/browser/browser.ts.
          isolate: false,
          // Ends what hangs; slow machines are slow.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Chromium itself has ended: once more, in another page. What the page does wrong is not tried again.
          retry: { count: 1, condition: /(page|target) crashed|browser has been closed/i },
        },
      },
    ],
  },
}))
