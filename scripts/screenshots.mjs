/** Takes the pictures of every scenario in both themes: `npm run screenshots`. Vite runs the TypeScript. */
import { fileURLToPath } from 'node:url'
import { importTypeScript } from './typescript.mjs'

const module = await importTypeScript(new URL('screenshots.ts', import.meta.url))
await module.takeScreenshots(
  fileURLToPath(new URL('../docs/images/', import.meta.url)),
  process.argv.slice(2),
)
