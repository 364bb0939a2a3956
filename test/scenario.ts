import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type LoadOptions, loadModel } from '../src/core/model/load.ts'
import type { Model } from '../src/core/model/model.ts'

const folder = fileURLToPath(new URL('../scenarios/', import.meta.url))

/** The model of a shipped scenario, such as `hopfield`. */
export async function loadShipped(name: string, options: LoadOptions = {}): Promise<Model> {
  const file = `${name}.json`
  const text = await readFile(join(folder, file), 'utf8')
  return loadModel(text, { ...options, file, read: readShipped })
}

/** The bytes of a file beside the shipped scenarios. */
export function readShipped(path: string): Promise<Uint8Array> {
  return readFile(join(folder, path))
}
