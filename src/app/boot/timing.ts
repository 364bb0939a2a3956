/** When the page came so far: marks that the developer tools show too, as `engram:NAME`. */

const STAGES = ['script', 'adapter', 'device', 'network', 'picture'] as const

/** The script runs; the adapter was asked for; the device is there; the first network is built; its picture is seen. */
export type Stage = (typeof STAGES)[number]

/** Notes that a stage is reached, the first time it is. */
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
