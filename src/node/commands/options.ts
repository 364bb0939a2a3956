/** Options that several commands share. */
import type { Command } from 'commander'
import { ModelError } from '../../core/errors.ts'
import type { LoadOptions } from '../../core/model/load.ts'
import type { Model } from '../../core/model/model.ts'
import type { Limits } from '../../core/plan/layout.ts'
import type { PlanOptions } from '../../core/plan/plan.ts'
import { type Residence, type ResidentMode, planResidence } from '../../core/plan/forms.ts'
import { VARIANTS_HELP, type Variants, parseVariants } from '../../core/plan/variants.ts'
import { loadScenario } from '../scenario.ts'
import { wholeNumber, oneOf } from './parsers.ts'
import { tell } from '../terminal.ts'

export interface ScenarioOptions {
  readonly set?: readonly string[]
  readonly vary?: readonly string[]
  readonly seed?: number
  readonly ticks?: number
  readonly allowOutside?: true
}

/** Adds the scenario argument and what changes a scenario before it is validated. */
export function addScenarioOptions(command: Command): Command {
  command.argument(
    '<scenario>',
    'scenario file (JSON, or .engram with its data), or the name of one that comes with engram, such as digits',
  )
  return addOutsideOption(
    addSetOption(command)
      .option(
        '--vary <path=values>',
        "vary a value by replica: from:to:steps, from:to:steps:log, or a list such as 0.1,0.2. Repeat the option for a grid; each grid point gets the scenario's number of replicas",
        (assignment: string, before: readonly string[] | undefined) => [...(before ?? []), assignment],
      )
      .option(
        '--seed <n>',
        "seed of all random numbers (default: the scenario's)",
        wholeNumber('--seed', 0, 2 ** 32 - 1),
      )
      .option(
        '--ticks <n>',
        "length of the run (default: the scenario's)",
        wholeNumber('--ticks', 0, 2 ** 31 - 1),
      ),
  )
}

/** Adds changes of values. */
export function addSetOption(command: Command): Command {
  return command.option(
    '--set <path=value>',
    'change a value of the scenario, such as time.dt=0.05; may be repeated',
    (assignment: string, before: readonly string[] | undefined) => [...(before ?? []), assignment],
  )
}

/** Adds the permission to read files from elsewhere. */
export function addOutsideOption(command: Command): Command {
  return command.option('--allow-outside', 'allow files outside the folder of the scenario')
}

/** Adds the choice of an adapter. */
export function addAdapterOption(command: Command): Command {
  return command.option(
    '--adapter <name>',
    'auto, hardware, software, or part of a name that engram devices prints (default: $ENGRAM_ADAPTER, else auto)',
  )
}

/** Adds the choice between one dispatch a kernel and tick, and a whole network in one kernel. */
export function addResidentOption(command: Command): Command {
  return command.option(
    '--resident <mode>',
    'on, off or auto: run a small network in the registers of one kernel, where one dispatch computes many ticks. The default auto decides by the size of the network and the length of the run',
    oneOf('--resident', ['on', 'off', 'auto']),
    'auto',
  )
}

/** Adds the choice between kernels that compute the same. */
export function addVariantOption(command: Command): Command {
  return command.option(
    '--variant <name=value>',
    `force a kernel: ${VARIANTS_HELP}; may be repeated`,
    (assignment: string, before: Variants | undefined) => {
      const given = parseVariants([assignment], '--variant')
      const [[name, value] = []] = Object.entries(given)
      const earlier = before?.[name as keyof Variants]
      if (name !== undefined && earlier !== undefined && earlier !== value)
        throw new ModelError(`${name} is ${earlier} and ${String(value)}; give it once`, {
          path: '--variant',
        })
      return { ...before, ...given }
    },
  )
}

/** Adds what keeps to the fixed forms of products. */
export function addAutotuneOption(command: Command): Command {
  return command.option(
    '--no-autotune',
    'use the default kernels; do not time alternatives. ENGRAM_AUTOTUNE=off does the same for all runs',
  )
}

/** Reads a scenario as the options want it. */
export function loadWith(scenario: string, options: ScenarioOptions): Promise<Model> {
  const { set, vary, seed, ticks, allowOutside } = options
  const load: LoadOptions = {
    ...(set === undefined ? {} : { set }),
    ...(vary === undefined ? {} : { vary }),
    ...(seed === undefined ? {} : { seed }),
    ...(ticks === undefined ? {} : { ticks }),
    ...(allowOutside === undefined ? {} : { allowOutside }),
  }
  return loadScenario(scenario, load)
}

/** The same for what looks at one network: replicas that vary are many. */
export async function loadOne(scenario: string, options: ScenarioOptions): Promise<Model> {
  const model = await loadWith(scenario, options)
  if (model.variation === undefined) return model
  throw new ModelError(
    'parameters vary by replica, and this looks at one network; give --set replicas=1, and --set PATH=VALUE for its values',
    { file: scenario, path: 'replicas.vary' },
  )
}

/** What `action` gives; the file is named in what it finds wrong. */
export async function naming<T>(file: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    // It does not stand in the file.
    if (error.place.path === 'variants') throw new ModelError(error.reason, { path: '--variant' })
    throw error.in(file)
  }
}

/**
 * Plans a run before anything is allocated or written.
 * @param ticks - by which the form is chosen: a run that goes on has that of the run that began
 * @throws ModelError if the network is too large, or it is to be resident and cannot be
 */
export function planRun(
  model: Model,
  limits: Limits,
  abilities: PlanOptions = {},
  resident: ResidentMode = 'off',
  ticks = model.time.ticks,
): Residence {
  return planResidence(model, limits, abilities, resident, ticks)
}

/** Puts a word into a shell command line; control characters as bash and zsh read them, so that they can be pasted. */
export function quoted(word: string): string {
  if (/\p{Cc}/u.test(word)) {
    const inside = word.replace(/[\\']/g, '\\$&').replace(/\p{Cc}/gu, (mark) => {
      return `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`
    })
    return `$'${inside}'`
  }
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Prints warnings, one line each, on standard error. */
export function warn(warnings: readonly string[]): void {
  for (const warning of warnings) tell(`warning: ${warning}\n`)
}
