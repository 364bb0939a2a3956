/**
 * The contents of each entry of the browser's history: scenario, changes and, if small enough, the run.
 * `history.state` holds the number of the entry; the rest is in the session storage under that number.
 */
import * as v from 'valibot'
import { ModelError } from '../../core/errors.ts'
import { type Read, filesNamed } from '../../core/model/files.ts'
import { parseScenario } from '../../core/model/parse.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { encodeCheckpoint } from '../../core/run/checkpoint.ts'
import { textOf } from '../messages.ts'
import { restarted } from './autosave.ts'
import { type Kept, parseRecord, recordText } from './record.ts'
import { type Source, readShipped, scenarioSource } from './source.ts'
import type { Opened } from './opened.ts'

const PREFIX = 'engram.entry.'

/** The most characters of one entry; storages hold about five million. */
const MOST_CHARACTERS = 2 * 2 ** 20

const stateSchema = v.object({
  entry: v.string(),
  scenario: v.optional(v.unknown()),
  /** Files of the reader are stored for it. */
  files: v.optional(v.boolean()),
})

export interface Recalled {
  readonly source: Source
  readonly playing: boolean
  /** The part of it that is gone, in one line. */
  readonly lost?: string
}

/** A network that is being built: it is not open yet, or the one before is no longer. */
export type Pending = Omit<Kept, 'entry'>

export interface Entries {
  /** Number of the present entry. */
  readonly current: string
  /**
   * Creates an entry for the next network.
   * @param scenario - absent if the address contains it
   * @param read - reads its files, which are stored for a reload
   */
  push(address: string, scenario?: Scenario, read?: Read): void
  /** Sets another address for the present entry. */
  rename(address: string): void
  /** Call after the browser created an entry for the same scenario, such as `#part`. */
  stay(): void
  /** Switches to the entry that the browser has navigated to; false if it is the present one. */
  follow(): boolean
  /** Assigns the opened scenario to an entry. */
  own(home: Scenario, entry?: string): void
  /**
   * Stores the open network for its entry, if there is room.
   * @param pending - the network that is being built in its place
   */
  keep(opened: Opened | undefined, pending?: Pending): void
  /** The same up to the present tick, before another network replaces it. */
  leave(opened: Opened | undefined): Promise<void>
  /**
   * The stored network of the present entry; undefined for a new entry.
   * @throws ModelError if the stored data is damaged
   */
  recall(): Promise<Recalled | undefined>
  /** The scenario of the present entry, if its address does not contain it. */
  given(): Promise<Source> | undefined
}

/** A page that goes can wait for nothing: this is loaded once there is something to store. */
let encode: typeof encodeCheckpoint | undefined

function stored(): v.InferOutput<typeof stateSchema> | undefined {
  const { success, output } = v.safeParse(stateSchema, history.state)
  return success ? output : undefined
}

/** The number of the present entry. */
export const entryNow = (): string | undefined => stored()?.entry

export function createEntries(): Entries {
  const owners = new WeakMap<Scenario, string>()
  const reads = new Map<string, Read>()
  const isNew = stored() === undefined
  let fresh = isNew ? createId() : ''
  let current = stored()?.entry ?? fresh
  if (isNew) history.replaceState({ entry: current }, '')

  const isFiled = (): { readonly files?: true } => (reads.has(current) ? { files: true } : {})
  /** Reads the files of the present entry, after a reload from where they are stored. */
  const readNow = (): Read | undefined => {
    if (!reads.has(current) && stored()?.files === true) {
      const entry = current
      const reader = import('../data/kept.ts').then(({ readerOf }) => readerOf(entry, readShipped))
      reads.set(entry, async (path) => (await reader)(path))
    }
    return reads.get(current)
  }

  const keep = (opened: Opened | undefined, pending?: Pending): void => {
    const home = pending?.home ?? opened?.home
    const entry = home === undefined ? undefined : owners.get(home)
    if (entry === undefined) return
    if (pending !== undefined) put(entry, [recordText({ entry, ...pending })])
    else if (opened !== undefined) put(entry, textsOf(entry, opened))
  }

  return {
    get current() {
      return current
    },
    push(address, scenario, read) {
      current = fresh = createId()
      const names = scenario === undefined ? [] : filesNamed(scenario)
      if (read !== undefined && names.length > 0) {
        const entry = current
        reads.set(entry, read)
        void import('../data/kept.ts')
          .then(({ keepFiles }) => keepFiles(entry, names, read))
          .catch(() => undefined)
      }
      const isShort = scenario !== undefined && JSON.stringify(scenario).length <= MOST_CHARACTERS
      history.pushState({ entry: current, ...isFiled(), ...(isShort ? { scenario } : {}) }, '', address)
    },
    rename: (address) => history.replaceState(history.state, '', address),
    stay: () => history.replaceState({ entry: current, ...isFiled() }, ''),
    follow() {
      const state = stored()
      if (state?.entry === current) return false
      current = state?.entry ?? (fresh = createId())
      if (state === undefined) history.replaceState({ entry: current }, '')
      else fresh = ''
      return true
    },
    own(home, entry = current) {
      if (!owners.has(home)) owners.set(home, entry)
      if (encode !== undefined) return
      import('../../core/run/checkpoint.ts').then(
        ({ encodeCheckpoint }) => (encode = encodeCheckpoint),
        // Without it the values are stored, and no state.
        () => undefined,
      )
    },
    keep,
    async leave(opened) {
      if (opened !== undefined && opened.autosave.bytes <= MOST_CHARACTERS) await opened.autosave.take()
      keep(opened)
    },
    async recall() {
      const text = read(current)
      if (text === undefined && current === fresh) return undefined
      if (text === undefined) throw new ModelError('the browser has no stored state')
      return recalled(text, current, readNow())
    },
    given() {
      const scenario = stored()?.scenario
      const read = readNow()
      return scenario === undefined
        ? undefined
        : Promise.resolve().then(() => scenarioSource(parseScenario(scenario), undefined, read))
    },
  }
}

function storage(): Storage | undefined {
  try {
    return window.sessionStorage
  } catch {
    return undefined
  }
}

function read(entry: string): string | undefined {
  try {
    return storage()?.getItem(PREFIX + entry) ?? undefined
  } catch {
    return undefined
  }
}

/** The records of an open network, the fullest first. */
function textsOf(entry: string, opened: Opened): string[] {
  const { home, simulation, loop } = opened
  const kept = { entry, playing: loop.playing, home, scenario: simulation.model.scenario }
  const run = runOf(opened)
  return [...(run === undefined ? [] : [recordText(kept, run)]), recordText(kept)]
}

/** Stores the first text for which there is room. */
function put(entry: string, texts: readonly string[]): void {
  const key = PREFIX + entry
  const others = oldest(key)
  for (;;) {
    if (texts.some((text) => text.length <= MOST_CHARACTERS && write(key, text))) return
    // The older record of this entry is outdated.
    remove(key)
    const other = others.shift()
    if (other === undefined) return
    remove(other)
  }
}

/** Entries sort by their age. */
function createId(): string {
  return `${Date.now().toString(36)}-${crypto.randomUUID()}`
}

/** The other stored entries, the oldest first. */
function oldest(key: string): string[] {
  try {
    return Object.keys(storage() ?? {})
      .filter((name) => name.startsWith(PREFIX) && name !== key)
      .sort()
  } catch {
    return []
  }
}

function remove(key: string): void {
  try {
    storage()?.removeItem(key)
  } catch {
    // If removal fails, nothing was written either.
  }
}

function write(key: string, text: string): boolean {
  try {
    storage()?.setItem(key, text)
    return true
  } catch {
    return false
  }
}

/** The latest checkpoint with the samples up to it, or without samples if there are too many. */
function runOf({ autosave, simulation, recorder }: Opened): Uint8Array | undefined {
  const { saved } = autosave
  if (saved === undefined || encode === undefined) return undefined
  if (autosave.bytes > MOST_CHARACTERS || saved.checkpoint.tick > simulation.tick) return undefined
  const { scenario } = simulation.model
  const { checkpoint } = saved
  const isSame = checkpoint.scenario.time.dt === scenario.time.dt
  const { origin } = isSame ? checkpoint : restarted(saved)
  const empty = simulation.series.map((one) => ({
    ...one,
    tick: [],
    time: [],
    value: [],
    ...(one.terms === undefined ? {} : { terms: [] }),
  }))
  const sampled = recorder.series().map((one) => {
    const count = one.tick.filter((tick) => tick <= checkpoint.tick).length
    const cut = {
      ...one,
      tick: one.tick.slice(0, count),
      time: one.time.slice(0, count),
      value: one.value.slice(0, count),
    }
    return one.terms === undefined ? cut : { ...cut, terms: one.terms.slice(0, count) }
  })
  for (const series of [sampled, empty]) {
    const bytes = encode({ ...checkpoint, origin, scenario, series })
    if (bytes.length * 1.5 < MOST_CHARACTERS) return bytes
  }
  return undefined
}

async function recalled(text: string, entry: string, read?: Read): Promise<Recalled> {
  const { home, scenario, playing, checkpoint } = await parseRecord(text, entry)
  let source: Source
  try {
    source = await scenarioSource(scenario, undefined, read)
  } catch (error) {
    // The network stays where its data is gone.
    const { withoutLost } = await import('../data/lost.ts')
    const rest = await withoutLost(scenario, read ?? readShipped).catch(() => scenario)
    if (JSON.stringify(rest) === JSON.stringify(scenario)) throw error
    source = await scenarioSource(rest, undefined, read)
    return { source: { ...source, home }, playing: false, lost: textOf(error) }
  }
  const whole = { ...source, home }
  if (checkpoint === undefined) return { source: whole, playing }
  const { checkFiles } = await import('../../core/run/checkpoint.ts')
  checkFiles(checkpoint, source.model)
  return { source: { ...whole, checkpoint }, playing }
}
