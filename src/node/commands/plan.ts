import { type Command, Option } from 'commander'
import { RunError } from '../../core/errors.ts'
import type { Limits } from '../../core/plan/layout.ts'
import { type ResidentMode, planResidence } from '../../core/plan/forms.ts'
import type { Tuned, Variants } from '../../core/plan/variants.ts'
import { ADAPTER_CLASSES, ADAPTER_CLASS_NAMES, type AdapterClassName } from '../../core/plan/adapters.ts'
import { isUntried, planRows, planText } from '../../core/plan/print.ts'
import { rooflineText } from '../../core/plan/roofline-text.ts'
import { rooflineOf } from '../../core/plan/roofline.ts'
import { wgslText } from '../../core/plan/wgsl.ts'
import { axesSummary } from '../../core/run/results.ts'
import { abilitiesOf } from '../../core/gpu/adapter.ts'
import { requestDevice } from '../device.ts'
import { DEFAULT_LIMITS, limitsFor } from '../limits.ts'
import { keptTuning, mayTune } from '../tuning.ts'
import { print } from '../terminal.ts'
import { oneOf } from './parsers.ts'
import {
  type ScenarioOptions,
  addAdapterOption,
  addAutotuneOption,
  addResidentOption,
  addScenarioOptions,
  addVariantOption,
  loadWith,
  naming,
  warn,
} from './options.ts'

interface PlanOptions extends ScenarioOptions {
  readonly adapter?: string
  readonly json?: true
  readonly wgsl?: string
  readonly resident: ResidentMode
  readonly variant?: Variants
  readonly autotune: boolean
  readonly roofline?: AdapterClassName
}

/** `engram plan`: what a scenario makes the GPU do. */
export function planCommand(command: Command): Command {
  addScenarioOptions(command)
  addAdapterOption(command)
  addResidentOption(command)
  addVariantOption(command)
  addAutotuneOption(command)
  return command
    .option(
      '--json',
      'print the plan as JSON: { adapter, limits, operations, buffers, bytes, variants, resident, roofline } and the varied values',
    )
    .addOption(
      new Option(
        '--wgsl <label>',
        'print the compiled WGSL of the dispatches with this label (column "for") instead',
      ).conflicts('json'),
    )
    .addOption(
      new Option(
        '--roofline <class>',
        `plan for a class of GPUs instead of an adapter of this machine (${ADAPTER_CLASS_NAMES.join(', ')}), and print the least time of each dispatch there; with --json in the key "roofline"`,
      )
        .conflicts(['adapter', 'wgsl'])
        .argParser(oneOf('--roofline', ADAPTER_CLASS_NAMES)),
    )
    .addHelpText('after', HELP)
    .action(plan)
}

const HELP = `
Prints one line for each dispatch, in the order of a tick:
  - the kernel and its purpose
  - the variant, where several kernels compute the same, and whether that variant is the default, tuned or forced
  - the number of ticks from one dispatch to the next
  - the number of workgroups
  - the bytes of all buffers of the dispatch, then the buffers that are read and written
Then prints every buffer, and the bytes of all buffers. A "state" buffer is restored by a reset. A "parameter" buffer
follows a changed parameter.
Kernels whose parameters differ by replica end in +params-per-replica.
A matrix that is too large for one binding is split into NAME/matrix#0, #1, ...

The variant of a product is the tile of one invocation, then a slash and the invocations of a workgroup. A tile is
rows x states for matvec, and groups of four columns x states for matvec-transposed. The variant of a sum over a layer
is tree (barriers) or subgroup. The line "variants" lists all variants as --variant takes them. Results of different
variants differ only by rounding.
The last line states whether the run is resident, and why. A resident run is one kernel, and one dispatch computes many ticks; the
line has its lanes for each replica.

In a plan for a GPU, a star behind a kernel marks one that no report of a GPU has: it has run on software adapters only.

With --roofline, prints the operations and the bytes of each dispatch of a tick, and the least time that they take on that
class of GPUs. The time is the longest of three: bytes / bandwidth, operations / peak, and the typical cost of a dispatch on
the host. Host and GPU work at the same time. So the time of a tick is the longer of two sums: the costs of its dispatches,
and the times of their bytes and operations. A buffer that a dispatch reads and writes counts twice. The numbers of the class come with their sources. The variants are those that a planner
takes there. No GPU is needed.

With --wgsl, prints each shader module of the label instead. A header of comments has the kernel, the overrides of the
pipeline, and the buffers and parameters of each dispatch. The lines are numbered as in the errors of a shader compiler.

Without an adapter, the plan is for the limits that every WebGPU adapter has. Nothing is run or written.

Exit code: 0 done, 2 the input is wrong or does not fit the adapter.

Examples:
  engram plan scenarios/digits.json
  engram plan scenarios/digits.json --set replicas=1 --adapter software
  engram plan scenarios/digits.json --variant matvec:xi=1x1 --variant fuse=off
  engram plan scenarios/digits.json --roofline h100
  engram plan scenarios/digits.json --wgsl 'hidden/matvec xi'
  engram plan scenarios/digits.json --json | jq '.operations[] | {kernel, every, bytes}'`

async function plan(scenario: string, options: PlanOptions): Promise<void> {
  const model = await loadWith(scenario, options)
  const { adapter, limits, abilities } = await findLimits(options)
  const isForHardware = adapter !== undefined && abilities.software === false
  const { ticks } = model.time
  const { plan: planned, why } = await naming(scenario, () =>
    planResidence(model, limits, { ...abilities, variants: options.variant ?? {} }, options.resident, ticks),
  )
  const residence = `${planned.batched === undefined ? 'no' : 'yes'}, ${why}`
  warn(model.warnings)
  if (options.wgsl !== undefined) {
    print(`${wgslText(planned, model, options.wgsl)}\n`)
    return
  }
  const roof = options.roofline === undefined ? undefined : ADAPTER_CLASSES[options.roofline]
  if (options.json) {
    const { buffers, bytes } = planned
    const content = {
      adapter: adapter ?? null,
      limits,
      ...axesSummary(model),
      operations: planRows(planned, model).map((row) =>
        isForHardware && isUntried(row) ? { ...row, untried: true } : row,
      ),
      buffers: buffers.map(({ name, bytes: size, lifetime }) => ({ name, bytes: size, lifetime })),
      bytes,
      variants: planned.variants,
      resident: residence,
      ...(roof !== undefined && {
        roofline: { class: options.roofline, ...roof, ...rooflineOf(planned, model, roof) },
      }),
    }
    print(`${JSON.stringify(content, null, 2)}\n`)
    return
  }
  if (roof !== undefined) {
    print(`${rooflineText(planned, model, roof, { scenario, residence })}\n`)
    return
  }
  const target = adapter ?? "WebGPU's default limits, there is no adapter here"
  print(`plan of ${scenario} for ${target}\n\n${planText(planned, model, residence, isForHardware)}\n`)
}

type Abilities = Partial<ReturnType<typeof abilitiesOf>> & { readonly tuned?: Tuned }

/** Limits of the adapter that was asked for, and what is tuned on it; where none was and there is none, those of every adapter. */
async function findLimits({
  adapter,
  autotune,
  roofline,
}: PlanOptions): Promise<{ adapter?: string; limits: Limits; abilities: Abilities }> {
  if (roofline !== undefined) {
    const { title, limits, lanes } = ADAPTER_CLASSES[roofline]
    return { adapter: title, limits, abilities: { lanes, software: false } }
  }
  try {
    const requested = await requestDevice(adapter === undefined ? {} : { adapter })
    const limits = limitsFor(requested)
    const { adapterInfo } = requested.device
    const tuned = autotune && mayTune() ? await keptTuning(adapterInfo) : {}
    const abilities = { ...abilitiesOf(requested.device), tuned }
    requested.release()
    return { adapter: requested.info.name, limits, abilities }
  } catch (error) {
    if (adapter !== undefined || !(error instanceof RunError)) throw error
    return { limits: DEFAULT_LIMITS, abilities: {} }
  }
}
