/** Runs actions in order; of several waiting actions only the last runs. */

/** Creates a function that runs an action; it resolves when no action waits. */
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
