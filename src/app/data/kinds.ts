/** Which files are data. */
import { arrayFile } from '../../core/data/array.ts'
import { arrayNames } from '../../core/data/npz.ts'

export const isImage = ({ type }: File): boolean => type.startsWith('image/')

/** As the files of MNIST are named. */
export const isIdx = (name: string): boolean =>
  /idx\d*|ubyte/i.test(name) && !name.toLowerCase().endsWith('.json')

const isData = (file: File): boolean =>
  isImage(file) || isIdx(file.name) || arrayFile(file.name) !== undefined

/**
 * The scenario or checkpoint among some files, or a file that is neither this nor data; undefined if all files are data.
 */
export async function scenarioAmong(files: readonly File[]): Promise<File | undefined> {
  const scenario = files.find(({ name }) => /\.(json|engram)$/i.test(name))
  if (scenario !== undefined) return scenario
  for (const file of files) if (/\.npz$/i.test(file.name) && (await isCheckpoint(file))) return file
  return files.some(isData) ? undefined : files[0]
}

/** A damaged archive counts as a checkpoint, whose errors are plain. */
async function isCheckpoint(file: File): Promise<boolean> {
  try {
    return arrayNames(new Uint8Array(await file.arrayBuffer())).includes('checkpoint')
  } catch {
    return true
  }
}
