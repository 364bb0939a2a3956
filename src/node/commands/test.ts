import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { ModelError, RunError } from '../../core/errors.ts'
import { abilitiesOf } from '../../core/gpu/adapter.ts'
import { checkEnd } from '../../core/model/claims.ts'
import { type Expected, loadExpected } from '../../core/model/expected.ts'
import { scenarioOfTry } from '../../core/model/lesson.ts'
import type { Model } from '../../core/model/model.ts'
import { resolveModel } from '../../core/model/resolve.ts'
import { planResidence } from '../../core/plan/forms.ts'
import { type Verdict, createJudge } from '../../core/run/claims.ts'
import { createSimulation } from '../../core/run/simulation.ts'
import { type RequestedDevice, requestDevice } from '../device.ts'
import { decodeImage } from '../images.ts'
import { Ended } from '../interrupt.ts'
import { limitsFor } from '../limits.ts'
import { createProgress } from '../progress.ts'
import { inert, isPassed, REPORTERS, type ReporterName, summaryOf, type Tested } from '../reporters.ts'
import { loadScenario, readerBeside } from '../scenario.ts'
import { createStride } from '../stride.ts'
import { print, tell } from '../terminal.ts'
import { addAdapterOption, addOutsideOption, addSetOption, naming } from './options.ts'
import { oneOf } from './parsers.ts'

interface TestOptions {
  readonly reporter: ReporterName
  readonly set?: readonly string[]
  readonly adapter?: string
  readonly bail?: true
  readonly quiet?: true
  readonly allowOutside?: true
}

/** `engram test`: scenarios to the end of their ticks, judged by what they claim. */
export function testCommand(command: Command): Command {
  command
    .argument(
      '<scenarios...>',
      'scenario files (JSON), folders of them, or names of those that come with engram',
    )
    .option(
      '--reporter <name>',
      `how results are printed: ${Object.keys(REPORTERS).join(', ')}`,
      oneOf('--reporter', Object.keys(REPORTERS)),
      'plain',
    )
    .option('--bail', 'end after the first scenario that fails')
  addAdapterOption(addOutsideOption(addSetOption(command)))
  return command
    .option('--quiet', 'print no progress and no warnings')
    .addHelpText('after', HELP)
    .action(test)
}

const HELP = `
A claim stands in the list \`expect\` of a scenario (docs/claims.md), for example
  "expect": [{ "probe": "overlap", "replica": "max", "at": "end", "atLeast": 0.98 }]

Every scenario is run, one after the other on one device, with the default kernels. No files are written. Of a folder, all
files NAME.json in it are tested. A scenario that cannot be loaded or whose run fails counts as failed, and the others go on.
A scenario without claims is checked and not run. Tries of a lesson that have claims are run too, except with --set.

Standard output, by --reporter:
  plain    a line for each claim: pass or FAIL, scenario, claim, what was found; then a line that counts
  tap      the Test Anything Protocol, version 13
  junit    XML as JUnit writes it, at the end
  json     all verdicts, at the end
  github   as plain, with an annotation for each failure
Progress and warnings go to standard error.

Exit code: 0 all claims hold, 1 a claim fails or a scenario cannot be tested, 2 nothing could be tested: the input is wrong, or
no scenario claims anything.

Examples:
  engram test models/*.json
  engram test models --reporter junit > claims.xml
  engram test hopfield --set synapses.recurrent.base.patterns.count=270   # must fail`

async function test(given: readonly string[], options: TestOptions): Promise<void> {
  const files = await scenariosIn(given)
  const reporter = REPORTERS[options.reporter]
  const all: Tested[] = []
  const wrong: ModelError[] = []
  let requested: RequestedDevice | undefined
  try {
    print(reporter.begin)
    for (const file of files) {
      const began = performance.now()
      const loaded = await failing(load(file, options))
      const parts = loaded instanceof Error ? [loaded] : await partsOf(loaded, options)
      let since = began
      for (const part of parts) {
        if (part instanceof ModelError) wrong.push(part)
        const tried = part instanceof Error || part.tried === undefined ? {} : { tried: part.tried }
        let found: Pick<Tested, 'error' | 'verdicts'>
        if (part instanceof Error) found = { error: part.message, verdicts: [] }
        else if (part.model.scenario.expect === undefined) found = { verdicts: [] }
        else {
          requested ??= await requestDevice(options.adapter === undefined ? {} : { adapter: options.adapter })
          const verdicts = await failing(run(part, requested, options))
          if (verdicts instanceof ModelError) wrong.push(verdicts)
          found = verdicts instanceof Error ? { error: verdicts.message, verdicts: [] } : { verdicts }
        }
        const now = performance.now()
        // Standard error has it, in one line.
        const wrongOne = wrong[0]
        if (options.reporter === 'plain' && files.length === 1 && parts.length === 1 && wrongOne)
          throw wrongOne
        const one = { file, ...tried, seconds: (now - since) / 1000, ...found }
        since = now
        all.push(one)
        print(reporter.after(one, all))
      }
      if (options.bail && !all.every(isPassed)) break
    }
    print(reporter.end(all, requested?.info))
  } finally {
    requested?.release()
  }
  const isPlain = options.reporter === 'plain' || options.reporter === 'github'
  if (wrong.length === all.length)
    throw new ModelError(
      isPlain ? 'nothing was tested; the lines above say why' : `nothing was tested: ${wrong[0]?.message}`,
    )
  // Their last line counts already.
  if (!all.every(isPassed)) throw isPlain ? new Ended(1) : new RunError(summaryOf(all))
  if (all.every(({ verdicts }) => verdicts.length === 0))
    throw new ModelError('no scenario claims anything; add a list `expect` (docs/claims.md)')
}

/** What an action gives, or the error that the person who wrote the scenario can mend. */
async function failing<T>(action: Promise<T>): Promise<T | ModelError | RunError> {
  try {
    return await action
  } catch (error) {
    if (error instanceof ModelError || error instanceof RunError) return error
    throw error
  }
}

/** The files of folders, and all else as it was given. */
async function scenariosIn(given: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    given.map(async (path) => {
      const isFolder = await stat(path).then(
        (about) => about.isDirectory(),
        () => false,
      )
      if (!isFolder) return [path]
      const names = (await readdir(path)).filter((name) => name.endsWith('.json')).sort()
      if (names.length === 0)
        throw new ModelError(`${path} has no file NAME.json; give a folder of scenarios`)
      return names.map((name) => join(path, name))
    }),
  )
  return found.flat()
}

/** What is needed to test a scenario, or a try of its lesson. */
interface Loaded {
  readonly file: string
  /** The label of the try. */
  readonly tried?: string
  readonly model: Model
  readonly expected: Expected
}

/** @throws ModelError for the first thing that is wrong */
async function load(file: string, { set, allowOutside, quiet, reporter }: TestOptions): Promise<Loaded> {
  const outside = allowOutside === undefined ? {} : { allowOutside }
  const model = await loadScenario(file, { ...(set === undefined ? {} : { set }), ...outside })
  await naming(file, () => checkEnd(model.scenario))
  const read = readerBeside(file, allowOutside)
  const expected = await loadExpected(model.scenario, { file, read, ...outside })
  for (const warning of quiet === true ? [] : model.warnings)
    tell(`warning: ${file}: ${reporter === 'github' ? inert(warning) : warning}\n`)
  return { file, model, expected }
}

/** The scenario, and the tries of its lesson that claim something; other values may not fit the tries. */
async function partsOf(loaded: Loaded, options: TestOptions): Promise<(Loaded | ModelError | RunError)[]> {
  const { file, model } = loaded
  if (options.set !== undefined) return [loaded]
  const tries = (model.scenario.lesson?.tries ?? []).filter(({ expect }) => expect !== undefined)
  const outside = options.allowOutside === undefined ? {} : { allowOutside: options.allowOutside }
  const read = readerBeside(file, options.allowOutside)
  const tried = tries.map((one) =>
    failing(
      naming(file, async () => {
        const scenario = scenarioOfTry(model.scenario, one)
        const changed = await resolveModel(scenario, { file, read, decode: decodeImage, ...outside })
        const expected = await loadExpected(scenario, { file, read, ...outside })
        return { file, tried: one.label, model: changed, expected }
      }),
    ),
  )
  return [loaded, ...(await Promise.all(tried))]
}

/**
 * Runs a scenario to its end and judges its claims.
 * @throws ModelError if it does not fit the device, or a claim does not fit the samples
 * @throws RunError if the run fails
 */
async function run(
  { file, model, expected }: Loaded,
  requested: RequestedDevice,
  { quiet }: TestOptions,
): Promise<readonly Verdict[]> {
  const { ticks } = model.time
  const { device } = requested
  const limits = limitsFor(requested)
  const plan = await naming(file, () => planResidence(model, limits, abilitiesOf(device), 'auto', ticks))
  const judge = await naming(file, () => createJudge(plan.plan, model, expected))
  const simulation = await createSimulation(device, model, { plan, keepSamples: false })
  let fault: string | undefined
  const complain = ({ error }: GPUUncapturedErrorEvent): void => void (fault ??= error.message)
  device.addEventListener('uncapturederror', complain)
  const format = `{bar} {percentage}%  ${file}  tick {value} of {total}`
  const progress = createProgress(0, ticks, { quiet, format })
  try {
    simulation.onSample((sample) => judge.observe(sample))
    const stride = createStride()
    do {
      const { tick } = simulation
      await stride.timed((most) => simulation.step(Math.min(ticks, tick + most) - tick))
      progress.update(simulation.tick)
    } while (simulation.tick < ticks && !simulation.isOver)
    await simulation.flush()
    if (fault !== undefined) throw new RunError(`WebGPU refused a command: ${fault}`)
    judge.finish(simulation.tick)
    return judge.verdicts
  } finally {
    progress.stop()
    device.removeEventListener('uncapturederror', complain)
    simulation.destroy()
  }
}
