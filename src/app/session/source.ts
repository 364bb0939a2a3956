/** Sources of the page: a shipped scenario, another scenario, a checkpoint. */
import { ModelError } from '../../core/errors.ts'
import { type Read, naming } from '../../core/model/files.ts'
import { parseJson } from '../../core/model/json.ts'
import type { Model } from '../../core/model/model.ts'
import { parseScenario } from '../../core/model/parse.ts'
import { resolveModel } from '../../core/model/resolve.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Checkpoint } from '../../core/run/simulation.ts'
import { hint } from '../../core/suggestion.ts'
import { wrongFiles } from '../data/kinds.ts'
import { OWN, ownFile, restoreOwn } from '../data/own.ts'
import { decodeImage } from './decode.ts'
import { get, readBeside } from './fetch.ts'
import { SCENARIO_FOLDER, isShipped, scenarioUrl, shippedScenarios } from './scenarios.ts'
import { isShort, scenarioOf } from '../sharing/link.ts'

/** An unchanged shipped scenario. */
export interface Origin {
  readonly id: string
  readonly scenario: Scenario
}

export interface Source {
  readonly model: Model
  /** Id of the shipped scenario that this is or was made from; absent for other scenarios. */
  readonly origin?: Origin
  /** The scenario when it was first opened; absent = the present one. */
  readonly home?: Scenario
  /** Reads its files; absent = from the folder of the shipped scenarios. */
  readonly read?: Read
  /** The checkpoint to continue from; absent = start at tick 0. */
  readonly checkpoint?: Checkpoint
}

/** The part of a source that other values of its scenario need. */
export type Making = Pick<Source, 'origin' | 'read'>

/** A loading source: its scenario is available before its files. */
export interface Coming {
  readonly scenario: Promise<Scenario>
  readonly source: Promise<Source>
}

/** `source` reports the failures of both. */
export function shippedSource(id: string): Coming {
  const url = scenarioUrl(id)
  const scenario = isShipped(id) ? scenarioAt(url) : Promise.reject(unknownScenario(id))
  const model = scenario.then((parsed) =>
    resolveModel(parsed, {
      file: url,
      decode: decodeImage,
      read: readBeside(new URL(url, document.baseURI)),
    }),
  )
  const source = model.then((resolved) => ({ model: resolved, origin: { id, scenario: resolved.scenario } }))
  return coming(scenario, source)
}

/** The same for the scenario of a link. */
export function linkedSource(hash: string): Coming {
  const scenario = Promise.resolve().then(() =>
    isShort(hash)
      ? import('../sharing/short.ts').then(({ scenarioOfShort }) =>
          scenarioOfShort(hash, (id) => shippedSource(id).scenario),
        )
      : scenarioOf(hash),
  )
  return coming(scenario, scenario.then(scenarioSource))
}

/** A failure is reported where the promise is awaited, if at all. */
function coming(scenario: Promise<Scenario>, source: Promise<Source>): Coming {
  scenario.catch(() => undefined)
  source.catch(() => undefined)
  return { scenario, source }
}

function unknownScenario(id: string): ModelError {
  const ids = shippedScenarios.map((one) => one.id)
  return new ModelError(`there is no scenario \`${id}\`; choose one in the menu${hint(id, ids)}`)
}

async function scenarioAt(url: string): Promise<Scenario> {
  const text = await (await get(new URL(url, document.baseURI), url)).text()
  return parseScenario(parseJson(text, url), url)
}

/**
 * Another scenario.
 * @param file - its name in errors
 * @param read - reads its files; absent = from the folder of the shipped scenarios
 * @throws ModelError for the first thing that is wrong
 */
export async function scenarioSource(scenario: Scenario, file?: string, read?: Read): Promise<Source> {
  const named = file === undefined ? {} : { file }
  const origin = await originOf(scenario)
  // A link leaves the lesson of a shipped scenario out.
  const shipped = origin?.scenario.lesson
  const whole = shipped === undefined ? scenario : { ...scenario, lesson: scenario.lesson ?? shipped }
  const model = await resolveModel(whole, {
    ...named,
    decode: decodeImage,
    read: read ?? readGiven('the scenario', []),
  })
  return { model, ...(origin && { origin }), ...(read && { read }) }
}

/**
 * The open scenario with other values.
 * @throws ModelError for the first thing that is wrong
 */
export async function changedSource(scenario: Scenario, { origin, read }: Making): Promise<Source> {
  const model = await resolveModel(scenario, { decode: decodeImage, read: read ?? readShipped })
  return { model, ...(origin && { origin }), ...(read && { read }) }
}

const shippedFiles = new Map<string, Promise<Uint8Array>>()

/**
 * Reads one of the reader's own files, or one from the folder of the shipped scenarios and caches it, because a slider may need it many times
 * per second.
 */
export function readShipped(path: string): Promise<Uint8Array> {
  const own = ownFile(path)
  if (own !== undefined) return Promise.resolve(own)
  if (OWN.test(path)) return restored(path)
  const known = shippedFiles.get(path)
  if (known !== undefined) return known
  const bytes = readBeside(new URL(SCENARIO_FOLDER, document.baseURI))(path)
  shippedFiles.set(path, bytes)
  bytes.catch(() => shippedFiles.delete(path))
  return bytes
}

/**
 * Own data after a reload.
 * @throws ModelError if the browser no longer has it
 */
async function restored(path: string): Promise<Uint8Array> {
  const { readOwn } = await import('../data/kept.ts')
  const bytes = await readOwn(path)
  restoreOwn(path, bytes)
  return bytes
}

/**
 * Reads the files of a scenario from files of the reader, which have no folders, else from the folder of the
 * shipped scenarios.
 * @param name - of the scenario, for errors
 * @param known - gets the files that were read
 */
function readGiven(
  name: string,
  files: readonly File[],
  known = new Map<File, Promise<ArrayBuffer>>(),
): Read {
  return async (path) => {
    const own = path.split(/[/\\]/).at(-1) ?? path
    const given = files.find((file) => file.name === own)
    if (given !== undefined) {
      const bytes = known.get(given) ?? given.arrayBuffer()
      known.set(given, bytes)
      return new Uint8Array(await bytes)
    }
    try {
      return await readShipped(path)
    } catch (error) {
      if (OWN.test(path)) throw error
      throw new ModelError(`"${path}" is not on the page; drop ${own} together with ${name}`)
    }
  }
}

/**
 * A scenario (.json; .engram with its files) or a checkpoint (.npz) from a file of the reader.
 * @param others - may have the files that the scenario names
 * @returns the source, and the names of the other files that it does not use
 * @throws ModelError if it is neither, or not a valid one
 */
export async function fileSource(
  file: File,
  others: readonly File[] = [],
): Promise<Source & { readonly unused: readonly string[] }> {
  const known = new Map<File, Promise<ArrayBuffer>>()
  const source = await sourceOf(file, readGiven(file.name, others, known))
  const unused = others.filter((other) => other !== file && !known.has(other)).map(({ name }) => name)
  return { ...source, unused }
}

async function sourceOf(file: File, read: Read): Promise<Source> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  // Every .npz and every .engram is a zip archive.
  const { decodeBundle, isBundle } = await import('../../core/model/bundle.ts')
  if (isBundle(bytes)) {
    const { scenario, read: readMember } = decodeBundle(bytes, file.name)
    const text = new TextDecoder().decode(scenario)
    return scenarioSource(parseScenario(parseJson(text, file.name), file.name), file.name, (path) => {
      const own = ownFile(path)
      return own === undefined ? readMember(path) : Promise.resolve(own)
    })
  }
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    const { checkFiles, decodeCheckpoint } = await import('../../core/run/checkpoint.ts')
    const checkpoint = naming(file.name, () => decodeCheckpoint(bytes))
    const source = await scenarioSource(parseScenario(checkpoint.scenario, file.name), file.name, read)
    naming(file.name, () => checkFiles(checkpoint, source.model))
    return { ...source, checkpoint }
  }
  if (!file.name.toLowerCase().endsWith('.json')) {
    throw wrongFiles([file])
  }
  return scenarioSource(parseScenario(parseJson(await file.text(), file.name), file.name), file.name, read)
}

/** A scenario that keeps its name keeps its origin. */
async function originOf({ name }: Scenario): Promise<Origin | undefined> {
  const shipped = shippedScenarios.find((one) => one.name === name)
  if (shipped === undefined) return undefined
  return { id: shipped.id, scenario: await scenarioAt(scenarioUrl(shipped.id)) }
}
