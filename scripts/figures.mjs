/**
 * Draws figures of the documentation from runs of the shipped scenarios: `npm run figures`, or `-- recall.png` for the moving
 * picture of the README alone. Vite runs the TypeScript.
 */
import { fileURLToPath } from 'node:url'
import { importTypeScript } from './typescript.mjs'

const module = await importTypeScript(new URL('figures.ts', import.meta.url))
await module.drawFigures(fileURLToPath(new URL('../docs/images/', import.meta.url)), process.argv.slice(2))
