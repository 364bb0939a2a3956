/** The reader's settings for pictures, stored in the browser. */
import { DEFAULT_MAPS, DIVERGING, type Maps, SEQUENTIAL } from './colours.ts'
import type { Range } from './range.ts'

/** The part of a Web Storage that is used. */
interface Store {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

const KEY = 'engram.pictures'

/** The most stored ranges; the latest are kept. */
const MOST_RANGES = 60

export interface Settings {
  maps: Maps
  /** False = no drawing; not stored. */
  isDrawing: boolean
  /** The fixed range of a picture; undefined = automatic. */
  rangeOf(picture: string): Range | undefined
  fix(picture: string, range: Range | undefined): void
}

interface Stored {
  readonly maps: Maps
  readonly ranges: readonly (readonly [picture: string, low: number, high: number])[]
}

/** @param storage - place of the settings; missing or invalid ones have their default */
export function createSettings(storage: Store | undefined): Settings {
  let { maps, ranges } = parse(storage)
  const save = (): void => {
    try {
      storage?.setItem(KEY, JSON.stringify({ maps, ranges } satisfies Stored))
    } catch {
      // Full or forbidden: the settings last until the page is closed.
    }
  }
  return {
    isDrawing: true,
    get maps() {
      return maps
    },
    set maps(next) {
      maps = next
      save()
    },
    rangeOf(picture) {
      const found = ranges.find(([name]) => name === picture)
      return found && { low: found[1], high: found[2] }
    },
    fix(picture, range) {
      const others = ranges.filter(([name]) => name !== picture)
      ranges =
        range === undefined
          ? others
          : [...others, [picture, range.low, range.high] as const].slice(-MOST_RANGES)
      save()
    },
  }
}

function parse(storage: Store | undefined): Stored {
  let stored: unknown
  try {
    stored = JSON.parse(storage?.getItem(KEY) ?? 'null')
  } catch {
    stored = null
  }
  const { maps, ranges } = Object(stored) as { maps?: Partial<Maps>; ranges?: unknown }
  const { sequential = '', diverging = '' } = Object(maps) as Partial<Record<keyof Maps, string>>
  return {
    maps: {
      sequential: Object.hasOwn(SEQUENTIAL, sequential)
        ? (sequential as Maps['sequential'])
        : DEFAULT_MAPS.sequential,
      diverging: Object.hasOwn(DIVERGING, diverging)
        ? (diverging as Maps['diverging'])
        : DEFAULT_MAPS.diverging,
    },
    ranges: Array.isArray(ranges) ? ranges.filter(isRange) : [],
  }
}

function isRange(value: unknown): value is Stored['ranges'][number] {
  if (!Array.isArray(value)) return false
  const [name, low, high] = value as unknown[]
  return (
    typeof name === 'string' && Number.isFinite(low) && Number.isFinite(high) && Number(low) < Number(high)
  )
}
