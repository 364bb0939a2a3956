/** The one GPU device of a page, and the next one when it is lost. */
import { RunError } from '../../core/errors.ts'
import { type PageDevice, requestPageDevice } from './device.ts'

/** After this number of losses within this number of ms, no other device is requested. */
const MOST_LOSSES = 3
const LOSS_WINDOW = 60_000

/** The owner of a network on the device, with callbacks for losses and errors. */
export interface DeviceUser {
  /** The device was lost; this is the next one. */
  readonly renewed: (next: PageDevice) => Promise<void>
  /** The device was lost, and no other is available. */
  readonly lost: (error: unknown) => void
  /** The device reports an uncaught error. */
  readonly complained: (error: GPUError) => void
}

const users = new Set<DeviceUser>()
let shared: Promise<PageDevice> | undefined
let losses: number[] = []

/**
 * The device that all networks of the page share: it is requested once.
 * @param user - gets callbacks until `releaseDevice`
 * @throws RunError as `requestPageDevice` does; the next call tries again
 */
export function shareDevice(user: DeviceUser): Promise<PageDevice> {
  users.add(user)
  return current()
}

export function releaseDevice(user: DeviceUser): void {
  users.delete(user)
}

function current(): Promise<PageDevice> {
  if (shared !== undefined) return shared
  const asked = requestPageDevice()
  shared = asked
  asked.then(watch, () => (shared = undefined))
  return asked
}

function watch({ device }: PageDevice): void {
  device.addEventListener('uncapturederror', ({ error }) => {
    for (const user of users) user.complained(error)
  })
  void device.lost.then(({ message, reason }) => renew(message || reason))
}

async function renew(cause: string): Promise<void> {
  const now = performance.now()
  losses = [...losses.filter((at) => now - at < LOSS_WINDOW), now]
  shared = undefined
  let next: PageDevice | undefined
  let reason: unknown = new RunError(`${losses.length} times within a minute; ${cause}`)
  try {
    if (losses.length < MOST_LOSSES) next = await current()
  } catch (error) {
    reason = error
  }
  for (const user of [...users]) {
    if (next === undefined) user.lost(reason)
    else user.renewed(next).catch((error: unknown) => user.lost(error))
  }
}
