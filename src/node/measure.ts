/** `engram devices --measure`: the table and the report of an adapter. */
import { accessSync, constants, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { version } from '../../package.json'
import { ModelError } from '../core/errors.ts'
import { measureDevice } from '../core/measure/measure.ts'
import {
  type DeviceReport,
  MEASURE_HEADER,
  NUMBER_COLUMNS,
  measureCells,
  measureTitle,
} from '../core/measure/report.ts'
import { aligned } from '../core/plan/print.ts'
import { requestDevice } from './device.ts'
import { Ended, Interruption, watchSignals } from './interrupt.ts'
import { replaceFile, writeError } from './output.ts'
import { createProgress } from './progress.ts'
import { print, tell } from './terminal.ts'

export interface MeasureAdapterOptions {
  readonly adapter?: string
  readonly json?: true
  readonly seconds: number
  readonly work: readonly string[]
  readonly out?: string
}

/**
 * Measures an adapter, and prints or writes the report.
 * @throws ModelError if the report cannot be written, before anything is measured
 * @throws RunError if there is none
 * @throws Interruption after a signal
 */
export async function measureAdapter({
  adapter,
  json,
  seconds,
  work,
  out,
}: MeasureAdapterOptions): Promise<void> {
  if (out !== undefined) checkFile(out)
  const { device, info, release } = await requestDevice(adapter === undefined ? {} : { adapter })
  const watch = watchSignals()
  const progress = createProgress(0, 100, {
    format: '{bar} {percentage}%  {remaining} left',
    quiet: json === true,
  })
  let report: DeviceReport
  try {
    report = await measureDevice(device, {
      seconds,
      ...(work.length > 0 && { works: work }),
      driver: info.driver,
      program: version,
      onProgress: (share) => progress.update(Math.round(100 * share)),
      interrupt() {
        if (watch.signal !== undefined)
          throw new Interruption(
            watch.signal,
            'ended before the measurement was complete; nothing is written',
          )
      },
    })
  } finally {
    progress.stop()
    watch.stop()
    release()
  }
  const text = `${JSON.stringify(report, null, 2)}\n`
  // Before the file: a disk that is full now does not lose the measurement.
  print(json === true ? text : `${tableOf(report)}\n`)
  if (out !== undefined) {
    replaceFile(resolve(out), text, true)
    const next = report.adapter.software ? 'a software adapter, no report is needed' : 'send it in an issue'
    if (json !== true) tell(`the report is in ${out}: ${next}\n`)
  }
  if (report.measurements.some(({ refused }) => refused !== undefined)) throw new Ended(1)
}

/**
 * Refuses a place where no file can be written.
 * @throws ModelError
 */
function checkFile(out: string): void {
  const refuse = (reason: string): never => {
    throw new ModelError(reason, { path: '--out' })
  }
  const isFolder = (path: string): boolean | undefined =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory()
  try {
    if (isFolder(resolve(out))) refuse(`${out} is a folder; give a file, such as ${out}/report.json`)
    const folder = dirname(resolve(out))
    if (!isFolder(folder)) refuse(`there is no folder ${folder}; make it, or give another file`)
    accessSync(folder, constants.W_OK)
  } catch (error) {
    if (error instanceof ModelError) throw error
    refuse(`${writeError(out, error).message.replace(/; .*/, '')}; give another file`)
  }
}

function tableOf(report: DeviceReport): string {
  const rows = report.measurements.map(measureCells)
  return `${measureTitle(report)}\n\n${aligned([[...MEASURE_HEADER], ...rows], NUMBER_COLUMNS).join('\n')}`
}
