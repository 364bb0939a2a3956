/**
 * Gathers the pages of the site in one folder: the files of docs, and pages generated from the schema and the
 * command line.
 */
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createProgram } from '../src/node/main.ts'
import { commandsPage } from './commands.ts'
import { keysPage } from './keys.ts'

/** Files of the project's root that are pages too. */
const ROOT_PAGES = { 'CHANGELOG.md': 'changelog.md', 'CONTRIBUTING.md': 'contributing.md' } as const

/**
 * Writes every page except those of the library. Run in the root of the project.
 * @param folder - created if needed; overwrites files of earlier runs
 */
export async function writePages(folder: string): Promise<void> {
  await cp('docs', folder, { recursive: true })
  await cp('site/pages', folder, { recursive: true })
  await cp('public/icon.svg', join(folder, 'public/icon.svg'))
  for (const [from, to] of Object.entries(ROOT_PAGES)) await cp(from, join(folder, to))
  const schema = JSON.parse(await readFile('schema/scenario.schema.json', 'utf8')) as Parameters<
    typeof keysPage
  >[0]
  await writeFile(join(folder, 'keys.md'), keysPage(schema))
  await writeFile(join(folder, 'commands.md'), commandsPage(await createProgram()))
  await mkdir(join(folder, 'public'), { recursive: true })
  await writeFile(join(folder, 'scenarios.json'), JSON.stringify(await shippedScenarios()))
}

/** Name and description of each shipped scenario, for the gallery. */
async function shippedScenarios(): Promise<{ id: string; name: string; description: string }[]> {
  const files = (await readdir('scenarios')).filter((name) => name.endsWith('.json'))
  return Promise.all(
    files.map(async (file) => {
      const { name, description } = JSON.parse(await readFile(join('scenarios', file), 'utf8')) as {
        name: string
        description: string
      }
      return { id: file.replace('.json', ''), name, description }
    }),
  )
}
