/** Sources of an embedded network: the address of a scenario, or a scenario object. */
import { parseJson } from '../../core/model/json.ts'
import { parseScenario } from '../../core/model/parse.ts'
import { resolveModel } from '../../core/model/resolve.ts'
import { get, readBeside } from '../session/fetch.ts'
import type { Source } from '../session/source.ts'

/**
 * Fetches a scenario; its files are relative to its address.
 * @throws ModelError for the first thing that is wrong
 */
export async function fetchedSource(name: string, base: string): Promise<Source> {
  const url = new URL(name, base)
  const text = await (await get(url, name)).text()
  return givenSource(parseJson(text, name), url.href, name)
}

/**
 * @param base - address that the files it names are relative to
 * @throws ModelError for the first thing that is wrong
 */
export async function givenSource(scenario: unknown, base: string, file = 'scenario'): Promise<Source> {
  const read = readBeside(new URL(base, document.baseURI))
  return { model: await resolveModel(parseScenario(scenario, file), { file, read }), read }
}
