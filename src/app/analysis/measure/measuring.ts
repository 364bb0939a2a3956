/** Measures the GPU on a device of its own, outside the thread that draws. */
import { version } from '../../../../package.json'
import { measureDevice } from '../../../core/measure/measure.ts'
import type { DeviceReport, Measurement } from '../../../core/measure/report.ts'
import { requestPageDevice } from '../../boot/device.ts'

/** The question to the thread. */
export interface MeasureQuestion {
  readonly seconds: number
  readonly works?: readonly string[]
}

/** Its answers, several: the part that is done, and at the end the report, or why there is none. */
export type MeasureAnswer =
  | { readonly share: number; readonly step: string; readonly measured: readonly Measurement[] }
  | { readonly report: DeviceReport }
  | { readonly failed: string }

const answer = (one: MeasureAnswer): void => postMessage(one)

async function measure(question: MeasureQuestion): Promise<void> {
  const { device } = await requestPageDevice()
  const report = await measureDevice(device, {
    ...question,
    program: version,
    onProgress: (share, step, measured) => answer({ share, step, measured }),
  })
  device.destroy()
  answer({ report })
}

addEventListener('message', ({ data }: MessageEvent<MeasureQuestion>) => {
  measure(data).catch((error: unknown) =>
    answer({ failed: error instanceof Error ? error.message : String(error) }),
  )
})
