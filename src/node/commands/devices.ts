import type { Command } from 'commander'
import { ModelError } from '../../core/errors.ts'
import { MEASURED_WORKS } from '../../core/measure/works.ts'
import { adaptersText, listAdapters } from '../devices.ts'
import { print } from '../terminal.ts'
import { addAdapterOption } from './options.ts'
import { oneOf, positive } from './parsers.ts'

interface DevicesOptions {
  readonly json?: true
  readonly measure?: true
  readonly seconds: number
  readonly work: readonly string[]
  readonly adapter?: string
  readonly out?: string
}

/** `engram devices`: what this machine can compute on, and how fast. */
export function devicesCommand(command: Command): Command {
  const isWork = oneOf(
    '--work',
    MEASURED_WORKS.map(({ id }) => id),
  )
  return addAdapterOption(command)
    .option('--json', 'print all features and limits as JSON; with --measure the report')
    .option('--measure', 'measure the adapter of a run, within --seconds')
    .option('--seconds <n>', 'the time for --measure', positive('--seconds'), 120)
    .option(
      '--work <id>',
      `measure this one: ${MEASURED_WORKS.map(({ id }) => id).join(', ')}; repeat the option for more`,
      (id: string, before: readonly string[]) => [...before, isWork(id)],
      [],
    )
    .option('--out <file>', 'write the report of --measure to this file')
    .addHelpText('after', HELP)
    .action(devices)
}

const HELP = `
Prints every adapter of this machine, and which one is taken.

With --measure, prints instead how fast the adapter copies and computes. The works are recall with 1 and with 64 states,
gated learning, plastic synapses, a sparse memory and a convolution, each in the forms that a planner may choose. The result of each form is
compared with float64 at a small size first; a form with a wrong result is named and not timed. The sizes follow from the
time. The column "of a copy" is the part of the time that the bytes of a tick take at the speed of a copy. The report is
JSON: send that of a GPU in an issue, so that others can see how the GPU does. A report of a software adapter is not needed.

Exit code: 0 done, 1 there is no adapter or a form was wrong, 2 the input is wrong.

Examples:
  engram devices
  engram devices --measure --out my-gpu.json
  engram devices --measure --work recall-1 --seconds 20`

/** Options that only a measurement takes. */
const MEASURING = ['seconds', 'work', 'out', 'adapter']

async function devices(options: DevicesOptions, command: Command): Promise<void> {
  if (options.measure) {
    const { measureAdapter } = await import('../measure.ts')
    return measureAdapter(options)
  }
  const useless = MEASURING.find((name) => command.getOptionValueSource(name) === 'cli')
  if (useless !== undefined)
    throw new ModelError('is an option of a measurement; add --measure, or leave it out', {
      path: `--${useless}`,
    })
  const adapters = await listAdapters()
  print((options.json ? JSON.stringify(adapters, null, 2) : adaptersText(adapters)) + '\n')
}
