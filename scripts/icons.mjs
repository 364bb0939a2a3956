/** Draws the icons of the installed page from public/icon.svg: `npm run icons`. Vite runs the TypeScript. */
import { fileURLToPath } from 'node:url'
import { importTypeScript } from './typescript.mjs'

const module = await importTypeScript(new URL('icons.ts', import.meta.url))
await module.drawIcons(fileURLToPath(new URL('../public/', import.meta.url)))
