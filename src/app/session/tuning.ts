/**
 * The fastest forms of products, found in the background while a network plays, and kept in this browser for the next network
 * of the same shape: the one that runs keeps its own.
 */
import { adapterKey, isSoftware } from '../../core/gpu/adapter.ts'
import { tuneChoices } from '../../core/gpu/tuner.ts'
import { readTunings, secondsOf, untuned, writeTunings } from '../../core/plan/tuning.ts'
import type { Tuned } from '../../core/plan/variants.ts'
import type { Simulation } from '../../core/run/simulation.ts'

/** Where it is kept; `off` in its place keeps to the fixed forms. */
const KEPT = 'engram.tuning'
const OFF = 'off'

/** Milliseconds that a network has to play before its products are timed. */
const PLAYED = 10_000

/** Seconds of a tick in products from which on a third of them can be seen. */
const SEEN = 1e-3

/** Milliseconds after a press, a key or a turn of the wheel in which nothing is timed. */
const REST = 500

/** Longest time in ms between two frames that counts as played. */
const LONGEST_FRAME = 100

export interface Tuning {
  /** For `createSimulation`. */
  tuned(): Tuned
  /** Whether anything is tuned, or what was tuned is taken. */
  isOn: boolean
  /** Times the products of a network once it has played for a while, those that are not known. */
  watch(simulation: Simulation): Watch
}

/** Of the storage of a page. */
interface Keeping {
  getItem(key: string): string | null
  setItem(key: string, text: string): void
}

/** Of a document. */
interface Touched {
  addEventListener(
    type: string,
    listener: (event: { readonly timeStamp: number }) => void,
    options: { readonly capture: true; readonly passive: true },
  ): void
}

export interface Watch {
  /** To be called once a frame; makes at most one submit, of some milliseconds. */
  update(now: number, isFree: boolean): void
  stop(): void
}

/** Keeps to the fixed kernels. */
export const UNTUNED: Tuning = {
  tuned: () => ({}),
  isOn: false,
  watch: () => ({ update: () => undefined, stop: () => undefined }),
}

/**
 * @param storage - undefined where the browser forbids it
 * @param touched - where presses, keys and the wheel are heard
 */
export function createTuning(
  device: () => GPUDevice,
  storage: Keeping | undefined,
  touched: Touched,
): Tuning {
  let lastTouch = -Infinity
  for (const type of ['pointerdown', 'pointermove', 'keydown', 'wheel'])
    touched.addEventListener(type, ({ timeStamp }) => (lastTouch = timeStamp), {
      capture: true,
      passive: true,
    })
  /** For this visit, what could not be kept. */
  let held: string | null = null

  const read = (): string | null => {
    try {
      return held ?? storage?.getItem(KEPT) ?? null
    } catch {
      return null
    }
  }
  const write = (text: string): void => {
    held = text
    try {
      if (storage === undefined) return
      storage.setItem(KEPT, text)
      held = null
    } catch {
      // Full, or forbidden.
    }
  }
  const isOn = (): boolean => read() !== OFF
  const tuned = (): Tuned => readTunings(read())[adapterKey(device().adapterInfo)] ?? {}

  return {
    tuned,
    get isOn() {
      return isOn()
    },
    set isOn(on: boolean) {
      if (on !== isOn()) write(on ? '' : OFF)
    },
    watch({ plan, engine }) {
      const info = engine.device.adapterInfo
      const choices = plan.batched === undefined && isOn() ? untuned(plan, tuned()) : []
      const isWorth = secondsOf(choices, 1, isSoftware(info)) >= SEEN
      let played = 0
      let last: number | undefined
      let hasBegun = false
      let isStopped = false
      let next: (() => void) | undefined

      const wait = (): Promise<void> =>
        new Promise((resolve, reject) => {
          next = () => {
            if (isStopped) reject(new Error('stopped'))
            else resolve()
          }
        })
      const tune = async (): Promise<void> => {
        for (const choice of choices) {
          const { tuned: found } = await tuneChoices(engine.device, [choice], { wait })
          if (isOn()) write(writeTunings(readTunings(read()), adapterKey(info), found))
        }
      }
      const goOn = (): void => {
        const go = next
        next = undefined
        go?.()
      }
      return {
        update(now, isFree) {
          if (!isWorth || isStopped) return
          played += Math.min(LONGEST_FRAME, now - (last ?? now))
          last = now
          if (now - lastTouch < REST || !isFree) return
          if (!hasBegun && played >= PLAYED) {
            hasBegun = true
            // Of a network that was closed, or a device that was lost.
            tune().catch(() => undefined)
          }
          goOn()
        },
        stop() {
          isStopped = true
          goOn()
        },
      }
    },
  }
}
