/** Comparisons of the test that runs; test/wgpu reports them. */
export interface Compared {
  /** Keys of the kernels that were dispatched. */
  readonly kernels: string[]
  /** Names of the scenarios whose results were compared. */
  readonly scenarios: string[]
  /** The largest difference, in units of its bound; at most 1 in a test that passes. */
  share: number
  /** The place of that difference. */
  where: string
}

export const compared: Compared = { kernels: [], scenarios: [], share: 0, where: '' }

export function noteDifference(share: number, where: string): void {
  if (share > compared.share) Object.assign(compared, { share, where })
}

/** The comparisons since the last call. */
export function takeCompared(): Compared {
  const taken = { ...compared, kernels: compared.kernels.splice(0), scenarios: compared.scenarios.splice(0) }
  Object.assign(compared, { share: 0, where: '' })
  return taken
}
