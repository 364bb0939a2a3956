/**
 * Claims on the folders of tasks, by any number of processes on machines that share a file system. A claim is a folder with the file
 * owner.json, made elsewhere and renamed into place: a rename onto a folder that is not empty fails, on NFS too. Claims are
 * numbered and never replaced: `claim`, `claim.2`, ... The last one counts. A process takes the folder by making the next claim,
 * once the last owner has released it or has ended; of two that try, one succeeds.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync, renameSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import * as v from 'valibot'
import { beganOf, isAlive } from '../lock.ts'

/** Milliseconds between two heartbeats: the owner writes its file again, and the file server sets its time. */
const BEAT = 10_000

/** Milliseconds without a heartbeat, by the watcher's own steady clock, after which an owner on another machine has ended. */
export const STALE = 60_000

const OWNER = 'owner.json'
const RELEASED = 'released.json'

const ownerSchema = v.object({
  host: v.string(),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** When the process began, as the system counts; ids of processes are used again. */
  began: v.string(),
  /** Start of the machine and namespace of its processes: whether `pid` can be looked up here. */
  system: v.string(),
  /** ISO 8601. */
  since: v.string(),
  token: v.string(),
  /** Job of Slurm, where it is of one. */
  job: v.optional(v.string()),
})

export type Owner = v.InferOutput<typeof ownerSchema>

/** The last claim of a folder. */
export interface Found {
  /** 0 = none. */
  readonly number: number
  readonly names: readonly string[]
}

/** A claim that this process holds. */
export interface Claim {
  readonly number: number
  /** False once another process has taken the folder over, as from one that was suspended for long. */
  isMine(): Promise<boolean>
  /** Lets others take the folder. */
  release(): void
}

/**
 * owner: who holds it and lives on this machine; free: no one; unsure: its owner is on another machine, and has not been watched
 * for long enough
 */
export type Standing = 'owned' | 'free' | 'unsure'

/** What a folder holds; nothing where it is not there. */
export async function findClaim(folder: string): Promise<Found> {
  const names = await readdir(folder).catch(() => [])
  const numbers = names.map((name) => Number(/^claim(?:\.(\d+))?$/.exec(name)?.[1] ?? name === 'claim'))
  return { number: Math.max(0, ...numbers), names }
}

/** The owner of a claim; undefined where it is released, or not readable. */
export async function ownerOf(folder: string, number: number): Promise<Owner | undefined> {
  const text = await readFile(join(folder, nameOf(number), OWNER), 'utf8').catch(() => '')
  const found = v.safeParse(v.pipe(v.string(), v.parseJson(), ownerSchema), text)
  return found.success ? found.output : undefined
}

/** Watches claims of other machines, whose processes cannot be looked up: the time of the owner's file has to change. */
export interface Watcher {
  standingOf(folder: string, found: Found): Promise<Standing>
}

export function createWatcher(stale = STALE): Watcher {
  const seen = new Map<string, { readonly time: number; readonly since: number }>()
  return {
    async standingOf(folder, { number }) {
      if (number === 0) return 'free'
      const owner = await ownerOf(folder, number)
      if (owner === undefined) return 'free'
      if (isHere(owner)) return isRunning(owner) ? 'owned' : 'free'
      const path = join(folder, nameOf(number), OWNER)
      const time = await timeOf(path)
      if (time === undefined) return 'free'
      const before = seen.get(path)
      const now = performance.now()
      if (before?.time !== time) {
        seen.set(path, { time, since: now })
        return before === undefined ? 'unsure' : 'owned'
      }
      return now - before.since < stale ? 'unsure' : 'free'
    },
  }
}

/** Opened, since a network file system may keep the answer to `stat`. */
async function timeOf(path: string): Promise<number | undefined> {
  try {
    const file = await open(path, 'r')
    try {
      return (await file.stat()).mtimeMs
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}

/** True where the owner's process can be looked up. */
export function isHere({ host, system }: Owner): boolean {
  return host === hostname() && system === systemOf()
}

/** True where the process of an owner on this machine runs. */
export function isRunning({ pid, began }: Owner): boolean {
  return isAlive(pid) && began === beganOf(pid)
}

/** Milliseconds since the last heartbeat of a claim, by the clock of the file server. */
export async function silenceOf(folder: string, number: number, now: number): Promise<number> {
  const time = await timeOf(join(folder, nameOf(number), OWNER))
  return time === undefined ? Infinity : Math.max(0, now - time)
}

/** The time on the file server of a folder, in ms; that of this machine where nothing can be written. */
export async function serverTime(folder: string): Promise<number> {
  const path = join(folder, `.time-${randomUUID()}`)
  try {
    await writeFile(path, '')
    return (await stat(path)).mtimeMs
  } catch {
    return Date.now()
  } finally {
    await rm(path, { force: true }).catch(() => undefined)
  }
}

/**
 * Takes a folder whose last claim is free.
 * @param found - that claim
 * @returns undefined where another process has been faster
 * @throws what the file system refuses
 */
export async function take(folder: string, found: Found): Promise<Claim | undefined> {
  const number = found.number + 1
  const token = randomUUID()
  const making = join(folder, `.claim-${token}`)
  const final = join(folder, nameOf(number))
  const owner: Owner = {
    host: hostname(),
    pid: process.pid,
    began: beganOf(process.pid),
    system: systemOf(),
    since: new Date().toISOString(),
    token,
    job: process.env.SLURM_ARRAY_JOB_ID,
  }
  const isMine = async (): Promise<boolean> =>
    (await ownerOf(folder, number))?.token === token && (await findClaim(folder)).number === number
  try {
    await mkdir(making)
    await writeFile(join(making, OWNER), `${JSON.stringify(owner)}\n`)
    await rename(making, final)
  } catch (error) {
    await rm(making, { recursive: true, force: true })
    // A file server may have done what it says that it has not.
    if (!(await isMine())) {
      if ((await findClaim(folder)).number >= number) return undefined
      throw error
    }
  }
  for (const name of found.names)
    if (name.startsWith('.claim-')) await rm(join(folder, name), { recursive: true, force: true })
  const stop = beat(join(final, OWNER))
  return {
    number,
    isMine,
    release: () => {
      stop()
      free(folder, number)
    },
  }
}

/** Marks a claim as released. */
export function free(folder: string, number: number): void {
  try {
    renameSync(join(folder, nameOf(number), OWNER), join(folder, nameOf(number), RELEASED))
  } catch {
    // Its owner ends: others find that out.
  }
}

/** Does something while no other process does the same in this folder; waits for it. */
export async function alone<T>(folder: string, action: () => Promise<T>): Promise<T> {
  const watcher = createWatcher()
  await mkdir(folder, { recursive: true })
  for (;;) {
    const found = await findClaim(folder)
    const claim = (await watcher.standingOf(folder, found)) === 'free' ? await take(folder, found) : undefined
    if (claim !== undefined) {
      try {
        return await action()
      } finally {
        claim.release()
      }
    }
    await wait(50)
  }
}

function nameOf(number: number): string {
  return number === 1 ? 'claim' : `claim.${number}`
}

let system: string | undefined

/** Empty where the system does not tell. */
function systemOf(): string {
  if (system === undefined) {
    try {
      system = `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
    } catch {
      system = ''
    }
  }
  return system
}

/** A thread of its own: the main thread may compute for longer than a heartbeat. It opens the file each time, so that NFS writes it. */
const BEATING = `
const { parentPort, workerData } = require('node:worker_threads')
const { closeSync, openSync, writeSync } = require('node:fs')
const paths = new Set()
parentPort.on('message', ({ path, beats }) => beats ? paths.add(path) : paths.delete(path))
setInterval(() => {
  for (const path of paths) {
    try {
      const file = openSync(path, 'r+')
      try { writeSync(file, '{', 0) } finally { closeSync(file) }
    } catch {}
  }
}, workerData)
`

let heart: Worker | undefined

/** Begins to write a file again and again; returns the end of it. */
function beat(path: string): () => void {
  if (heart === undefined) {
    heart = new Worker(BEATING, { eval: true, workerData: BEAT })
    heart.unref()
  }
  heart.postMessage({ path, beats: true })
  return () => heart?.postMessage({ path, beats: false })
}
