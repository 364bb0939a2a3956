/** Acts one after the other; of several that wait only the last is done. */

/** Makes what takes an act; it resolves when nothing waits any more. */
export function createLatest(): (act: () => Promise<void>) => Promise<void> {
  let wanted: (() => Promise<void>) | undefined
  let atWork: Promise<void> | undefined
  return (act) => {
    wanted = act
    atWork ??= (async () => {
      while (wanted !== undefined) {
        const next = wanted
        wanted = undefined
        await next()
      }
    })().finally(() => (atWork = undefined))
    return atWork
  }
}
