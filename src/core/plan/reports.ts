/**
 * The kernels that have run on hardware: reports of `engram devices --measure` whose results agreed with the float64 reference.
 * docs/performance.md, "Measure your GPU" says how a report gets here.
 */
export interface HardwareReport {
  readonly adapter: string
  readonly driver: string
  /** Such as `2026-12-01`. */
  readonly date: string
  /** Keys of kernels. */
  readonly kernels: readonly string[]
}

/** None yet: every kernel has run on software adapters only. */
export const HARDWARE_REPORTS: readonly HardwareReport[] = []

/** The key of a kernel as reports have it: kernels of resident networks differ in every network. */
export function reportedKey(key: string): string {
  return key.replace(/^resident-.*/, 'resident')
}

/** Whether a kernel has run on hardware. */
export function hasRunOnHardware(
  key: string,
  reports: readonly Pick<HardwareReport, 'kernels'>[] = HARDWARE_REPORTS,
): boolean {
  return reports.some(({ kernels }) => kernels.includes(reportedKey(key)))
}
