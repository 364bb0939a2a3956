/** Which files are data. */
import { arrayFile } from '../../core/data/array.ts'
import { arrayNames } from '../../core/data/npz.ts'
import { ModelError } from '../../core/errors.ts'
import { firstOf } from '../format.ts'

export const isImage = ({ type }: File): boolean => type.startsWith('image/')

/** As the files of MNIST are named. */
export const isIdx = (name: string): boolean =>
  /idx\d*|ubyte/i.test(name) && !name.toLowerCase().endsWith('.json')

const isData = (file: File): boolean =>
  isImage(file) || isIdx(file.name) || arrayFile(file.name) !== undefined

/** Files that the page cannot open. */
export const wrongFiles = (files: readonly File[]): ModelError =>
  new ModelError(
    `${firstOf(files.map(({ name }) => name))}: no scenario, checkpoint or data; give a .json, an .engram, a .npz, images or an array`,
  )

/**
 * The scenario or checkpoint among some files; undefined if some are data.
 * @throws ModelError if all files are neither
 */
export async function scenarioAmong(files: readonly File[]): Promise<File | undefined> {
  const scenario = files.find(({ name }) => /\.(json|engram)$/i.test(name))
  if (scenario !== undefined) return scenario
  for (const file of files) if (/\.npz$/i.test(file.name) && (await isCheckpoint(file))) return file
  if (files.length > 0 && !files.some(isData)) throw wrongFiles(files)
  return undefined
}

/** A damaged archive counts as a checkpoint, whose errors are plain. */
async function isCheckpoint(file: File): Promise<boolean> {
  try {
    return arrayNames(new Uint8Array(await file.arrayBuffer())).includes('checkpoint')
  } catch {
    return true
  }
}
