/**
 * `npm run site`: builds the documentation into dist/site, and the page into dist/site/run.
 *
 *   npm run site -- --base /engram/   for a server that has it in this folder (default /)
 *   npm run site -- --check           then opens every page in a browser: links, accessibility, layout
 *   npm run site -- --out FOLDER      in place of dist/site
 *   npm run site -- --dev             serves it while docs/ is edited
 */
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { clearTimeout, setTimeout } from 'node:timers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { importTypeScript } from '../scripts/typescript.mjs'
import { build, createServer } from 'vitepress'

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const { values } = parseArgs({
  options: {
    base: { type: 'string', default: '/' },
    check: { type: 'boolean', default: false },
    dev: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
})
const base = `/${values.base}/`.replace(/\/+/g, '/')
const out = values.out === undefined ? path('dist/site') : resolve(values.out)
const pages = path('dist/site-pages')
process.chdir(path(''))
process.env.SITE_BASE = base

const module = await importTypeScript(pathToFileURL(path('site/pages.ts')))
await rm(pages, { recursive: true, force: true })
await Promise.all([module.writePages(pages), writeLibrary()])
if (values.dev) await serve()
else {
  await build(path('site'), { outDir: out })
  await run(
    'node_modules/vite/bin/vite.js',
    'build',
    '--outDir',
    join(out, 'run'),
    '--emptyOutDir',
    '--logLevel',
    'error',
  )
  if (values.check) {
    const check = await importTypeScript(pathToFileURL(path('site/check.ts')))
    process.exitCode = (await check.checkSite(out, base)) ? 0 : 1
  }
}

/** The reference of the library, a page for each function and type. */
function writeLibrary() {
  return run(
    'node_modules/typedoc/bin/typedoc',
    // `npm run docs` checks types and comments.
    ...['--tsconfig', 'tsconfig.build.json', '--skipErrorChecking'],
    ...['--plugin', path('site/node_modules/typedoc-plugin-markdown/dist/index.js')],
    ...['--out', `${pages}/api`, '--hideBreadcrumbs', '--hidePageHeader', '--logLevel', 'Warn'],
    ...['--parametersFormat', 'table', '--interfacePropertiesFormat', 'table', '--entryFileName', 'index'],
  )
}

/** Serves the site, and renders a file of docs anew when it is saved; the page has `npm start`. */
async function serve() {
  const server = await createServer(path('site'), { base })
  await server.listen()
  server.printUrls()
  let due
  watch(path('docs'), { recursive: true }, () => {
    clearTimeout(due)
    due = setTimeout(() => module.writePages(pages), 200)
  })
}

function run(script, ...args) {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [path(script), ...args], { stdio: 'inherit' })
    child.on('error', fail)
    child.on('exit', (code) => (code === 0 ? done() : fail(new Error(`${script} ended with ${code}`))))
  })
}
