/**
 * Applies the recipes of docs/extending.md to copies of the project and counts the files that each touches: `npm run recipes`.
 * The types of every copy are checked; test/unit/docs/extending.test.ts runs its tests as well.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'docs/recipes')

for (const name of ['lagrangian', 'rule', 'integrator', 'probe']) {
  const patch = join(folder, `${name}.diff`)
  const files = [...readFileSync(patch, 'utf8').matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, file]) => file)
  const copy = copyOf()
  try {
    execFileSync('git', ['apply', patch], { cwd: copy })
    execFileSync('node', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], {
      cwd: copy,
      stdio: 'inherit',
    })
  } finally {
    rmSync(copy, { recursive: true })
  }
  process.stdout.write(`${name.padEnd(12)} ${files.length} files: ${files.sort().join(', ')}\n`)
}

/** The sources and tests of the project in a folder of their own. */
function copyOf() {
  const copy = mkdtempSync(join(tmpdir(), 'engram-recipe-'))
  for (const entry of readdirSync(root))
    if (!['node_modules', 'dist', 'out', '.git'].includes(entry))
      cpSync(join(root, entry), join(copy, entry), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir')
  return copy
}
