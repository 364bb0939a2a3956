/** The library in a browser: everything of src/core/index.ts, and scenarios by their URL. */
import { type LoadOptions, loadModel } from '../core/model/load.ts'
import { ModelError } from '../core/model/errors.ts'
import type { Model } from '../core/model/model.ts'

export * from '../core/index.ts'

/**
 * Fetches, validates and resolves a scenario; the files it names are fetched relative to its URL.
 * @param url - absolute, or relative to the page
 * @throws ModelError for the first thing that is wrong, with file, JSON path, value and remedy
 */
export async function loadScenario(url: string | URL, options: LoadOptions = {}): Promise<Model> {
  const scenario = new URL(url, document.baseURI)
  const text = await (await get(scenario, String(url))).text()
  return loadModel(text, {
    ...options,
    file: String(url),
    // A path is no URL: `#` and `%` may stand in the name of a file.
    read: async (path) => {
      const file = new URL(path.split(/[/\\]/).map(encodeURIComponent).join('/'), scenario)
      return new Uint8Array(await (await get(file, path)).arrayBuffer())
    },
  })
}

async function get(url: URL, name: string): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url)
  } catch {
    throw new ModelError(`"${name}" cannot be fetched from ${url.href}; check the address and the connection`)
  }
  // Development servers answer a path that is not there with their start page.
  const isPage = response.headers.get('content-type')?.startsWith('text/html') === true
  if (response.ok && !isPage) return response
  const reason = isPage ? 'there is no such file' : `HTTP ${response.status}`
  throw new ModelError(`"${name}" cannot be fetched from ${url.href}: ${reason}`)
}
