/**
 * Applies the recipes of docs/extending.md to a copy of the project, one after another, and counts the files that each
 * touches: `npm run recipes`. The types are checked; test/unit/docs/extending.test.ts runs the tests as well. Vite runs the
 * TypeScript.
 */
import { importTypeScript } from './typescript.mjs'

const module = await importTypeScript(new URL('recipes.ts', import.meta.url))
const copy = module.copyProject()
try {
  for (const name of module.RECIPES) {
    copy.apply(name)
    const errors = copy.typeErrors()
    if (errors !== '') {
      process.stderr.write(errors)
      process.exitCode = 1
      break
    }
    copy.revert(name)
    const files = module.filesOf(name).sort()
    process.stdout.write(`${name.padEnd(12)} ${files.length} files: ${files.join(', ')}\n`)
  }
} finally {
  copy.remove()
}
