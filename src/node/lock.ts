/** One command at a time writes into a folder: a file says which. */
import { readFileSync, rmSync } from 'node:fs'
import { open, readFile, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { RunError } from '../core/errors.ts'

const FILE = '.engram.lock'

/** Milliseconds after which a lock without content is of a process that ended while it made it. */
const MAKING = 10_000

const holderSchema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  host: v.string(),
  /** When the process began, as the system counts; ids of processes are used again. */
  began: v.string(),
})

/**
 * Takes the folder; that of a process that has ended is taken over.
 * @returns gives it back
 * @throws RunError if another process has it
 */
export async function lock(folder: string): Promise<() => void> {
  const path = join(folder, FILE)
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), began: beganOf(process.pid) })
  const isMine = (): boolean => {
    try {
      return readFileSync(path, 'utf8') === mine
    } catch {
      return false
    }
  }
  for (let tries = 0; ; tries++) {
    const file = await open(path, 'wx').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST' && tries < 3) return undefined
      throw error
    })
    if (file !== undefined) {
      await file
        .writeFile(mine)
        .finally(() => file.close())
        .catch((error: unknown) => {
          // A lock without content would look like that of a process that is just making it.
          try {
            rmSync(path, { force: true })
          } catch {
            // What failed first is told.
          }
          throw error
        })
      return () => {
        if (isMine()) rmSync(path, { force: true })
      }
    }
    await checkUnlocked(folder)
    await rm(path, { force: true })
  }
}

/** @throws RunError if a process that runs has the folder, or no file can be a lock there */
export async function checkUnlocked(folder: string): Promise<void> {
  const path = join(folder, FILE)
  const place = await stat(path).catch(() => undefined)
  if (place !== undefined && !place.isFile()) {
    const what = place.isDirectory() ? 'a folder' : 'a pipe or a device'
    throw new RunError(
      `cannot write ${folder}: ${path} is ${what}, where a run keeps its lock; remove it, or give another folder with --out`,
    )
  }
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return
  const found = v.safeParse(v.pipe(v.string(), v.parseJson(), holderSchema), text)
  if (!found.success) {
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => Infinity,
    )
    if (age < MAKING) throw held(folder, 'another engram', path)
    return
  }
  const { pid, host, began } = found.output
  if (host !== hostname()) throw held(folder, `engram, process ${pid} on ${host},`, path)
  if (isAlive(pid) && began === beganOf(pid)) throw held(folder, `engram, process ${pid},`, path)
}

function held(folder: string, who: string, path: string): RunError {
  return new RunError(
    `cannot write ${folder}: ${who} is writing there; wait for its end, or give another folder with --out (if it has ended, remove ${path})`,
  )
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The 22nd word of what Linux tells of a process; empty elsewhere, and for a process that has ended but is not yet reaped. */
export function beganOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const words = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return words[0] === 'Z' ? '' : (words[19] ?? '')
  } catch {
    return ''
  }
}
