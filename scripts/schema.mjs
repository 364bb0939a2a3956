/** Writes the JSON Schema of scenarios: `npm run schema`. Vite runs the TypeScript. */
import { writeFile } from 'node:fs/promises'
import { importTypeScript } from './typescript.mjs'

const module = await importTypeScript(new URL('schema-text.ts', import.meta.url))
await writeFile(new URL(`../${module.SCHEMA_FILE}`, import.meta.url), await module.schemaText())
