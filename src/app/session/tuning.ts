/**
 * Times products in the background while a network plays, and stores the fastest forms in this browser for the
 * next network of the same shape. The running network keeps its forms.
 */
import { adapterKey, isSoftware } from '../../core/gpu/adapter.ts'
import { readTunings, secondsOf, untuned, writeTunings } from '../../core/plan/tuning.ts'
import type { Tuned } from '../../core/plan/variants.ts'
import type { Simulation } from '../../core/run/simulation.ts'

/** Key of the storage; the value `off` selects the fixed forms. */
const KEPT = 'engram.tuning'
const OFF = 'off'

/** Milliseconds of play before products are timed. */
const PLAYED = 10_000

/** Shortest time of the products of a tick, in seconds, at which a gain of a third is visible. */
const SEEN = 1e-3

/** Milliseconds without timing after input by pointer, key or wheel. */
const REST = 500

/** Longest time in ms between two frames that counts as played. */
const LONGEST_FRAME = 100

export interface Tuning {
  /** For `createSimulation`. */
  tuned(): Tuned
  /** Whether products are tuned and tuned forms are used. */
  isOn: boolean
  /** Times the unknown products of a network after it has played for a while. */
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
  /** Call once in each frame; makes at most one submit of some milliseconds. */
  update(now: number, isFree: boolean): void
  stop(): void
}

/** Tuning that uses the fixed kernels. */
export const UNTUNED: Tuning = {
  tuned: () => ({}),
  isOn: false,
  watch: () => ({ update: () => undefined, stop: () => undefined }),
}

/**
 * @param storage - undefined if the browser forbids it
 * @param touched - target of the events of pointer, keys and wheel
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
  /** For this visit only, if storing failed. */
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
        const { tuneChoices } = await import('../../core/gpu/tuner.ts')
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
            // The network was closed, or the device lost.
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
