/** Writes the JSON Schema of scenarios: `npm run schema`. Vite runs the TypeScript. */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('schema-text.ts', import.meta.url)))
await writeFile(new URL(`../${module.SCHEMA_FILE}`, import.meta.url), await module.schemaText())
