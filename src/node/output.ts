import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RunError } from '../core/model/errors.ts'

/** The folder that the files of a run go to. */
export interface Output {
  readonly folder: string
  /** Names of the files written so far. */
  readonly files: readonly string[]
  /**
   * Writes a file under a temporary name and renames it, so that a file of its name is always whole.
   * @param content - may come in pieces; if making one fails, that error is thrown and there is no file
   * @returns its path
   */
  write(name: string, content: Content): Promise<string>
}

type Content = Uint8Array | string | AsyncIterable<Uint8Array>

/**
 * Makes the folder and sees to it that files can be written there.
 * @throws RunError, also by `write`, that says what the disk or the permissions refuse
 */
export async function createOutput(folder: string): Promise<Output> {
  const files: string[] = []
  const write = async (name: string, content: Content): Promise<string> => {
    const path = join(folder, name)
    const temporary = `${path}.${process.pid}.part`
    try {
      const file = await open(temporary, 'w')
      try {
        await writeFile(file, content)
        // A full disk may tell only now.
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw isOfFiles(error) ? writeError(path, error) : error
    }
    if (!files.includes(name)) files.push(name)
    return path
  }
  try {
    await mkdir(folder, { recursive: true })
    const probe = join(folder, `.${process.pid}.part`)
    await (await open(probe, 'w')).close()
    await rm(probe)
  } catch (error) {
    throw writeError(folder, error)
  }
  return { folder, files, write }
}

/** Errors of the system have names as codes; those of WebGPU have none. */
function isOfFiles(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).code === 'string'
}

function writeError(path: string, error: unknown): RunError {
  const { code } = error as NodeJS.ErrnoException
  const reason = WRITE_ERRORS[code ?? ''] ?? `${String(error)}; give another folder with --out`
  return new RunError(`cannot write ${path}: ${reason}`)
}

const WRITE_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room or give another folder with --out',
  EDQUOT: 'the quota is used up; make room or give another folder with --out',
  EACCES: 'not permitted; change the permissions or give another folder with --out',
  EPERM: 'not permitted; change the permissions or give another folder with --out',
  EROFS: 'the disk is read-only; give another folder with --out',
  ENOTDIR: 'there is a file in place of a folder; give another folder with --out',
  EEXIST: 'there is a file in place of a folder; give another folder with --out',
  EISDIR: 'there is a folder of that name; give another folder with --out',
}
