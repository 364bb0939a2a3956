import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ModelError } from '../core/model/errors.ts'
import { type LoadOptions, loadModel } from '../core/model/load.ts'
import type { Model } from '../core/model/model.ts'

/**
 * Reads, validates and resolves a scenario file. The files it names are relative to it and must be in its folder,
 * unless `allowOutside` is set.
 * @throws ModelError for the first thing that is wrong, with file, JSON path, value and remedy
 */
export async function loadScenario(path: string, options: LoadOptions = {}): Promise<Model> {
  const text = (await readInput(path)).toString('utf8')
  const folder = dirname(path)
  const read = (name: string): Promise<Uint8Array> => readInput(resolve(folder, name), name)
  return loadModel(text, { ...options, file: path, read })
}

/**
 * Reads a file that the user has named.
 * @param name - as it was named
 * @throws ModelError if it is missing, a folder, not readable or too large
 */
export async function readInput(path: string, name = path): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = READ_ERRORS[code ?? ''] ?? `cannot be read (${code ?? String(error)})`
    throw new ModelError(`${name} ${reason}`)
  }
}

const READ_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist; check the name and the folder',
  ENOTDIR: 'does not exist; check the name and the folder',
  EISDIR: 'is a folder; give a file in it',
  EACCES: 'may not be read; change its permissions',
  ERR_FS_FILE_TOO_LARGE: 'is larger than 2 GiB; split it',
}
