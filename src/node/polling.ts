/** Time in ms for which Dawn may poll without a rest: short waits end as soon as they can. */
const EAGER = 0.5

/** Time in ms between polls of a longer wait. */
const REST = 1

type Immediate = (callback: (...args: unknown[]) => void, ...args: unknown[]) => unknown

const holder = globalThis as { setImmediate: unknown }

let users = 0
let restore: (() => void) | undefined

/**
 * Lets Dawn rest between polls. While a promise of the GPU is open, Dawn polls by one `setImmediate` after the other, which
 * takes a whole core from a software adapter. Each poll of a wait longer than EAGER ms waits for a timer instead.
 * Other callers of `setImmediate` get what they always get.
 * @returns ends it, once all who began it have done so
 */
export function restBetweenPolls(): () => void {
  if (users++ === 0) restore = install()
  let ended = false
  return () => {
    if (ended) return
    ended = true
    if (--users === 0) restore?.()
  }
}

function install(): () => void {
  const before = globalThis.setImmediate
  const immediate = before as Immediate
  let polling = false
  let began = 0
  const rested: Immediate = (callback, ...args) => {
    if (!isPoll(callback)) return immediate(callback, ...args)
    const now = performance.now()
    // What a poll asks for goes on with its wait.
    if (!polling) began = now
    const poll = (): void => {
      polling = true
      try {
        callback()
      } finally {
        polling = false
      }
    }
    return now - began < EAGER ? immediate(poll) : setTimeout(poll, REST)
  }
  // `util.promisify` finds its own version there.
  holder.setImmediate = Object.defineProperties(rested, Object.getOwnPropertyDescriptors(before))
  return () => {
    if (holder.setImmediate === rested) holder.setImmediate = before
  }
}

/** A native function without a name, as add-ons such as Dawn make them; that of a bound function begins with `bound`. */
function isPoll(callback: unknown): boolean {
  return (
    typeof callback === 'function' &&
    callback.name === '' &&
    Function.prototype.toString.call(callback) === 'function () { [native code] }'
  )
}
