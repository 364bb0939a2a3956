import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { build, createServer, preview, type PreviewServer, type ViteDevServer } from 'vite'
import { BUNDLE, bundleFolder, unpackBundle } from '../../src/node/cache.ts'

export interface FoundBrowser {
  readonly executable: string
  /** What the executable needs in its environment. */
  readonly env: Readonly<Record<string, string>>
}

/** Names on the PATH, and full paths where programs are not on it. */
const USUAL: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'],
  darwin: ['/Applications', join(homedir(), 'Applications')].flatMap((folder) => [
    `${folder}/Google Chrome.app/Contents/MacOS/Google Chrome`,
    `${folder}/Chromium.app/Contents/MacOS/Chromium`,
  ]),
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) => {
    const folder = process.env[variable]
    return folder === undefined ? [] : [join(folder, 'Google/Chrome/Application/chrome.exe')]
  }),
}

/**
 * The browser for tests: ENGRAM_BROWSER, else an installed Chrome or Chromium, else the Chromium of the npm bundle,
 * unpacked once.
 * @throws Error naming what to install
 */
export async function findBrowser(): Promise<FoundBrowser> {
  const wanted = process.env.ENGRAM_BROWSER
  if (wanted !== undefined) {
    if (await exists(wanted)) return { executable: wanted, env: {} }
    throw new Error(`ENGRAM_BROWSER: there is no file ${wanted}`)
  }
  const folders = (process.env.PATH ?? '').split(delimiter)
  for (const name of USUAL[process.platform] ?? []) {
    for (const path of name.includes('/') || name.includes('\\')
      ? [name]
      : folders.map((at) => join(at, name))) {
      if (await exists(path)) return { executable: path, env: {} }
    }
  }
  const bundle = bundleFolder()
  if (bundle === undefined) {
    throw new Error(
      `no browser found: install Chrome or Chromium, or ${BUNDLE}, or set ENGRAM_BROWSER to one`,
    )
  }
  const archives = ['chromium.br', 'al2023.tar.br', 'swiftshader.tar.br', 'fonts.tar.br']
  const folder = await unpackBundle(bundle, 'chromium', archives)
  return {
    executable: join(folder, 'chromium'),
    env: {
      LD_LIBRARY_PATH: join(folder, 'lib'),
      FONTCONFIG_FILE: fileURLToPath(new URL('fonts.conf', import.meta.url)),
      XDG_DATA_HOME: folder,
    },
  }
}

/**
 * Chromium draws a WebGPU canvas in software only with all of these: without the feature Vulkan or ANGLE on
 * SwiftShader, compute works and the canvas stays blank.
 */
const SOFTWARE_FLAGS = [
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
  // The rest of the page is painted by the CPU itself, not by an emulated GPU.
  '--disable-gpu-rasterization',
]

const QUIET_FLAGS = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** For `addInitScript`: the page keeps to its fixed kernels, and times none in the background. */
export const FIXED_KERNELS = {
  content: "try { localStorage.setItem('engram.tuning', 'off') } catch {}",
} as const

/** For `addInitScript`: nothing is kept for a visit without a network, which page-offline.test.ts has. */
export const NO_WORKERS = {
  content: "Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined })",
} as const

/**
 * Starts a browser, headless, with WebGPU: on Linux in software, unless ENGRAM_ADAPTER is `hardware`. Close it at the end.
 */
export async function launchBrowser(): Promise<Browser> {
  const { executable, env } = await findBrowser()
  const isSoftware = process.platform === 'linux' && process.env.ENGRAM_ADAPTER !== 'hardware'
  return chromium.launch({
    executablePath: executable,
    args: [
      // Containers and CI have no user namespaces; the pages are our own.
      '--no-sandbox',
      ...QUIET_FLAGS,
      '--enable-unsafe-webgpu',
      ...(isSoftware ? SOFTWARE_FLAGS : []),
    ],
    env: { ...process.env, ...env },
    // Slow machines are slow.
    timeout: 120_000,
  })
}

/** True for an address of a host that is not this machine; `blob:` and the like have none. */
export function isOutside(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return /^(http|ws)s?:$/.test(protocol) && !['127.0.0.1', 'localhost'].includes(hostname)
}

let shared: Promise<Browser> | undefined

/**
 * The browser that all test files of a worker share; it ends with the worker. Close what is opened in it. If it did not start, or
 * has ended, the next test has another.
 */
export function sharedBrowser(): Promise<Browser> {
  const forget = (): void => (shared = undefined)
  shared ??= launchBrowser().then(
    (browser) => browser.once('disconnected', forget),
    (error: unknown) => {
      forget()
      throw error
    },
  )
  return shared
}

/** Serves the project's sources as `npm start` does; `url` ends with a slash. Close it at the end. */
export async function serveSources(): Promise<Served> {
  const server = await createServer({
    logLevel: 'warn',
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null, open: false },
  })
  await server.listen()
  return { url: urlOf(server), close: () => server.close() }
}

/**
 * Builds the page and serves the result, as a web server would.
 * @param root - folder of another project, bundled without the configuration of this one
 */
export async function serveBuild(root?: string): Promise<Served> {
  const project = root === undefined ? {} : { root, configFile: false as const }
  await build({ ...project, logLevel: 'warn' })
  const server = await preview({
    ...project,
    logLevel: 'warn',
    preview: { port: 0, host: '127.0.0.1', open: false },
  })
  return { url: urlOf(server), close: () => server.close() }
}

export interface Served {
  readonly url: string
  close(): Promise<void>
}

function urlOf(server: ViteDevServer | PreviewServer): string {
  const url = server.resolvedUrls?.local[0]
  if (url === undefined) throw new Error('the server has no address')
  return url
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
