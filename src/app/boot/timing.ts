/** Times of the stages of the start, also shown in the developer tools as `engram:NAME`. */

const STAGES = ['script', 'adapter', 'device', 'network', 'picture'] as const

/**
 * The script runs; the adapter was requested; the device is ready; the first network is built; its picture is
 * drawn.
 */
export type Stage = (typeof STAGES)[number]

/** Marks the first time that a stage is reached. */
export function reached(stage: Stage): void {
  const name = `engram:${stage}`
  if (performance.getEntriesByName(name, 'mark').length === 0) performance.mark(name)
}

/** Milliseconds from the beginning of the navigation to each stage that has been reached. */
export function timing(): Partial<Record<Stage, number>> {
  return Object.fromEntries(
    STAGES.flatMap((stage) =>
      performance.getEntriesByName(`engram:${stage}`, 'mark').map(({ startTime }) => [stage, startTime]),
    ),
  )
}
