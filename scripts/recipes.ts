/** Copies of the project for trying the recipes of docs/extending.md, and the errors of the compiler in them. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** The recipes, each a patch `docs/recipes/NAME.diff`. */
export const RECIPES = ['lagrangian', 'rule', 'integrator', 'probe', 'update', 'coupling']

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const patchOf = (name: string): string => join(ROOT, `docs/recipes/${name}.diff`)

/** The files that a recipe touches. */
export function filesOf(name: string): string[] {
  return [...readFileSync(patchOf(name), 'utf8').matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, file]) => file!)
}

export interface ProjectCopy {
  readonly folder: string
  apply(recipe: string): void
  revert(recipe: string): void
  /**
   * The errors of the compiler, each with its file and line, of the project as it is in the folder now; of all files, or
   * of those named. Files that have not changed since the last call are not parsed again.
   */
  typeErrors(files?: readonly string[]): string
  remove(): void
}

/** The sources and tests of the project in a folder of their own. */
export function copyProject(): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), 'engram-recipe-'))
  for (const entry of readdirSync(ROOT))
    if (!['node_modules', 'dist', 'out', '.git'].includes(entry))
      cpSync(join(ROOT, entry), join(folder, entry), {
        recursive: true,
        // Those of the second implementation and of the site have hundreds of megabytes.
        filter: (source) => basename(source) !== 'node_modules',
      })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir')
  const git = (...args: string[]): void => {
    execFileSync('git', ['apply', ...args], { cwd: folder })
  }
  return {
    folder,
    apply: (recipe) => {
      git(patchOf(recipe))
    },
    revert: (recipe) => {
      git('--reverse', patchOf(recipe))
    },
    typeErrors: compiler(folder),
    remove: () => {
      rmSync(folder, { recursive: true })
    },
  }
}

function compiler(folder: string): ProjectCopy['typeErrors'] {
  const format: ts.FormatDiagnosticsHost = {
    getCurrentDirectory: () => folder,
    getCanonicalFileName: (name) => name,
    getNewLine: () => '\n',
  }
  const parsed = new Map<string, ts.SourceFile>()
  let last: ts.Program | undefined
  return (files) => {
    const read = ts.readConfigFile(join(folder, 'tsconfig.json'), (path) => ts.sys.readFile(path))
    if (read.error !== undefined) return ts.formatDiagnostics([read.error], format)
    const config: unknown = read.config
    const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, folder)
    const host = ts.createCompilerHost(options)
    host.getCurrentDirectory = () => folder
    host.getSourceFile = (name, target) => {
      const text = host.readFile(name)
      if (text === undefined) return undefined
      const known = parsed.get(name)
      if (known?.text === text) return known
      const file = ts.createSourceFile(name, text, target, true)
      parsed.set(name, file)
      return file
    }
    const program = ts.createProgram(fileNames, options, host, last)
    last = program
    const found =
      files === undefined
        ? [...errors, ...ts.getPreEmitDiagnostics(program)]
        : files.flatMap((file) => [
            ...ts.getPreEmitDiagnostics(program, program.getSourceFile(join(folder, file))),
          ])
    return ts.formatDiagnostics(found, format)
  }
}
