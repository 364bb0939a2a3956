/** Files of a server, with errors for the reader. */
import { ModelError } from '../../core/errors.ts'
import type { Read } from '../../core/model/files.ts'

/**
 * Reads the files of a scenario.
 * @param base - address of the scenario, or of its folder with a slash at its end
 */
export function readBeside(base: URL): Read {
  return async (path) => {
    // A path is not a URL: the name of a file may contain `#` and `%`.
    const file = new URL(path.split(/[/\\]/).map(encodeURIComponent).join('/'), base)
    return new Uint8Array(await (await get(file, path)).arrayBuffer())
  }
}

/**
 * @param name - of the file, for messages
 * @throws ModelError if the file does not exist or the server does not answer
 */
export async function get(url: URL, name: string): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url)
  } catch {
    throw new ModelError(`"${name}" cannot be fetched from ${url.href}; check the address and the connection`)
  }
  // Development servers answer an unknown path with their start page.
  const isPage = response.headers.get('content-type')?.startsWith('text/html') === true
  if (response.ok && !isPage) return response
  const reason = isPage ? 'there is no such file' : `HTTP ${response.status}`
  throw new ModelError(`"${name}" cannot be fetched from ${url.href}: ${reason}`)
}
