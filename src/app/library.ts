/// <reference types="@webgpu/types" preserve="true" />
/** The library in a browser: everything of src/core/index.ts, and scenarios by their URL. */
import { type LoadOptions, loadModel } from '../core/model/load.ts'
import type { Model } from '../core/model/model.ts'
import { decodeImage } from './session/decode.ts'
import { get, readBeside } from './session/fetch.ts'

export * from '../core/index.ts'

/**
 * Fetches, validates and resolves a scenario; the files it names are fetched relative to its URL.
 * @param url - absolute, or relative to the page
 * @throws ModelError for the first error, with file, JSON path, value and remedy
 */
export async function loadScenario(url: string | URL, options: LoadOptions = {}): Promise<Model> {
  const scenario = new URL(url, document.baseURI)
  const text = await (await get(scenario, String(url))).text()
  return loadModel(text, { ...options, file: String(url), decode: decodeImage, read: readBeside(scenario) })
}
