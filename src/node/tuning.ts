/** What has been tuned on the adapters of this machine, in the cache folder of the user. */
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { adapterKey } from '../core/gpu/adapter.ts'
import { type Found, tuneChoices } from '../core/gpu/tuner.ts'
import { readTunings, writeTunings } from '../core/plan/tuning.ts'
import type { Choice, Tuned } from '../core/plan/variants.ts'
import { cacheFolder } from './cache.ts'

const FILE = 'tuning.json'

/** Whether anything may be tuned: `ENGRAM_AUTOTUNE=off` keeps to the fixed forms, as `--no-autotune` does for one run. */
export function mayTune(): boolean {
  return process.env.ENGRAM_AUTOTUNE !== 'off'
}

/** What is kept of an adapter. */
export async function keptTuning(info: GPUAdapterInfo, folder?: string): Promise<Tuned> {
  return readTunings(await readKept(folder))[adapterKey(info)] ?? {}
}

/** Keeps what was tuned on an adapter, besides all that is kept; where nothing can be written, nothing is. */
export async function keepTuning(info: GPUAdapterInfo, tuned: Tuned, folder?: string): Promise<void> {
  try {
    const into = folder ?? (await cacheFolder())
    const text = writeTunings(readTunings(await readKept(into)), adapterKey(info), tuned)
    // Others may read or write at the same moment: whole files only.
    const making = await mkdtemp(join(into, 'tuning-'))
    try {
      await writeFile(join(making, FILE), text)
      await rename(join(making, FILE), join(into, FILE))
    } finally {
      await rm(making, { recursive: true, force: true })
    }
  } catch {
    // It is measured again the next time.
  }
}

async function readKept(folder?: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder ?? (await cacheFolder()), FILE), 'utf8')
  } catch {
    return undefined
  }
}

/**
 * Times what there is to choose on a device.
 * @returns their fastest forms, and a line for people
 */
export async function tuneOn(
  device: GPUDevice,
  choices: readonly Choice[],
): Promise<{ readonly tuned: Tuned; readonly line: string }> {
  const began = performance.now()
  const { tuned, found } = await tuneChoices(device, choices)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  return { tuned, line: `tuned in ${seconds} s: ${found.map(foundText).join(', ')}` }
}

function foundText({ name, form, gain }: Found): string {
  return gain === 1 ? `${name} stays ${form}` : `${name} ${form} (${gain.toFixed(2)} times as fast)`
}
