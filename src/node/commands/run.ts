import { basename, dirname, extname, join } from 'node:path'
import { type Command, Option } from 'commander'
import { ModelError, RunError } from '../../core/errors.ts'
import { measureOf } from '../../core/kinds/probes/table.ts'
import { leftOutOf } from '../../core/model/energy.ts'
import type { Model } from '../../core/model/model.ts'
import { checkResumable, decodeCheckpoint } from '../../core/run/checkpoint.ts'
import { checkResultSize } from '../../core/run/results.ts'
import type { Residence, ResidentMode } from '../../core/plan/forms.ts'
import type { Tuned, Variants } from '../../core/plan/variants.ts'
import { abilitiesOf } from '../../core/gpu/adapter.ts'
import { type Checkpoint, type Simulation, createSimulation } from '../../core/run/simulation.ts'
import { requestDevice } from '../device.ts'
import { Interruption, type Watch, watchSignals } from '../interrupt.ts'
import { limitsFor } from '../limits.ts'
import { type Output, checkOutput, createOutput } from '../output.ts'
import { createProgress } from '../progress.ts'
import {
  type Writing,
  earlierFiles,
  fileNames,
  placeOf,
  resultLines,
  saveCheckpoint,
  writeResults,
} from '../results.ts'
import { advance, planTuned } from '../running.ts'
import {
  type Format,
  FORMATS,
  type Stream,
  type StreamOptions,
  openStream,
  stays,
} from '../samples/stream.ts'
import { readInRanges } from '../ranges.ts'
import { mayTune } from '../tuning.ts'
import { print, programName, tell } from '../terminal.ts'
import {
  type ScenarioOptions,
  addAdapterOption,
  addAutotuneOption,
  addResidentOption,
  addScenarioOptions,
  addVariantOption,
  loadWith,
  naming,
  planRun,
  quoted,
  warn,
} from './options.ts'
import { wholeNumber } from './parsers.ts'

interface RunOptions extends ScenarioOptions {
  readonly out?: string
  readonly adapter?: string
  readonly checkpointEvery?: number
  readonly resume?: string
  readonly csv?: true
  readonly format?: Format
  readonly stream?: true
  readonly quiet?: true
  readonly debug?: true
  readonly resident: ResidentMode
  readonly variant?: Variants
  readonly autotune: boolean
}

/** `engram run`: a scenario to the end of its ticks, its results to files. */
export function runCommand(command: Command): Command {
  addScenarioOptions(command)
  addAdapterOption(command)
  addResidentOption(command)
  addVariantOption(command)
  addAutotuneOption(command)
  return command
    .option('--out <folder>', 'folder for the results; created if missing (default: out/NAME for NAME.json)')
    .option('--csv', 'also write each time series as CSV')
    .addOption(
      new Option(
        '--format <format>',
        'format of the results: npz is one archive, csv a table of each probe and state, zarr a Zarr group (default: npz, or that of the checkpoint)',
      ).choices(FORMATS),
    )
    .option(
      '--stream',
      'write samples to the disk as they come instead of keeping them in memory; csv and zarr always do',
    )
    .option(
      '--checkpoint-every <k>',
      'write a checkpoint every k ticks',
      wholeNumber('--checkpoint-every', 1, 2 ** 31 - 1),
    )
    .option(
      '--resume <file>',
      'continue from a checkpoint. The scenario, --set, --vary and --seed must be the same; --ticks, name, description, lesson and claims may differ, and probes may be added',
    )
    .option('--quiet', 'print no progress, no warnings and no hints')
    .addHelpText('after', HELP)
    .action(run)
}

const HELP = `
Files, for a probe P, S samples, T terms of the energy and R replicas:
  FOLDER/results.npz     P.tick [S], P.time [S], P.value [S, ...]; for probe energy also P.terms [S, ..., T].
                         state.NAME is the final state of each layer, memory and synapse. With R > 1, arrays that
                         differ by replica have a replica axis. axis.PATH [R] holds the values of each PATH of
                         replicas.vary. Read the file with numpy.load.
  FOLDER/summary.json    Scenario with all defaults, seed, adapter, versions, wallTime (s), ticksPerSecond, variants
                         (the product kernels, as --variant takes them) and warnings. Final values of the probes
                         (mean, min and max of several numbers) and P.term_names. perReplica: the arrays of
                         results.npz that have a replica axis.
                         With replicas.vary: axes (path and values, the slowest first) and the repetitions of each point.
                         With time.until: the tick from which each replica was at rest (null = still moving).
                         This file is written last. If the run failed, "failed" has the reason.
  FOLDER/P.csv           With --csv: tick, time and one named column for each number. With replicas.vary
                         also axes.csv, the values of each replica.
  FOLDER/results.zarr    With --format zarr, in place of results.npz: the same arrays as a Zarr group of version 3.
  FOLDER/state.NAME.csv  With --format csv, in place of results.npz, with P.csv: a line for each row, no names.
  FOLDER/checkpoint.npz  With --checkpoint-every, and after Ctrl-C, SIGTERM or SIGHUP. A resumed run keeps the variants
                         of its checkpoint.
With --format zarr, --format csv or --stream, samples go to the disk as they come and none stays in memory. results.zarr and
P.csv can be read during the run; --stream keeps samples in FOLDER/results.parts until the end. The checkpoint counts the samples on the
disk: --resume cuts the files in its folder back to it, and goes on to the bytes of a run that was not interrupted.
The first file that a run writes replaces all results of an earlier run in the folder. While a run writes into a folder
(.engram.lock), a second run into that folder is refused.

Before a long run, the product kernels are timed on the adapter for about a second. The result is kept in the cache folder
($XDG_CACHE_HOME/engram/tuning.json), so later runs need no timing. --no-autotune turns timing off. Timed and default
kernels differ only by rounding. To get the same bits on another day, pass the variants of summary.json to --variant.

Standard output: a line "P<tab>value" for each final value of summary.json, then "results.npz<tab>path", with the names of
the other formats a line for each file. Several numbers of a probe are P.mean, P.min and P.max, over all of them; the page
plots the mean of the largest overlap of each replica. Progress and warnings go to standard error. Progress is a bar on a terminal, else one line a
minute. On a terminal three more lines on standard error tell the adapter, the results and a next command.

A run with time.until ends when its layer is at rest in all replicas. The last line on standard error has the tick.

Exit code: 0 done, 1 the run failed (the samples up to then are written), 2 the input is wrong (nothing is written).
Ended by a signal: 130 Ctrl-C, 143 SIGTERM, 129 SIGHUP. After a signal a checkpoint is written; a second signal ends the run
without a checkpoint.

Examples:
  engram run scenarios/digits.json
  engram run scenarios/digits.json --set neurons.hidden.lagrangian.beta=4 --seed 2 --out out/beta4 --csv
  engram run scenarios/digits.json --vary neurons.hidden.lagrangian.beta=0.1:10:12:log --out out/beta
  engram run scenarios/digits.json --variant matvec:xi=1x1 --variant fuse=off
  engram run scenarios/digits.json --checkpoint-every 500
  engram run scenarios/digits.json --resume out/digits/checkpoint.npz --ticks 5000
  engram run scenarios/digits.json --ticks 100000 --format zarr --checkpoint-every 5000`

async function run(scenario: string, options: RunOptions): Promise<void> {
  const model = await loadWith(scenario, options)
  reached('read')
  const { resume } = options
  if (resume !== undefined && options.variant !== undefined) {
    throw new ModelError(
      'a run that goes on keeps its kernels, as the checkpoint says; leave --variant out',
      {
        path: '--variant',
      },
    )
  }
  const { checkpoint, doubts = [] } = resume === undefined ? {} : await readCheckpoint(resume, model)
  const format = formatOf(options, checkpoint)
  const streams = format !== 'npz' || options.stream === true || checkpoint?.streamed !== undefined
  if (streams && options.csv)
    throw new ModelError('--csv is for results that are kept in memory; take --format csv alone', {
      path: '--csv',
    })
  const folder = options.out ?? join('out', basename(scenario, extname(scenario)))
  await checkOutput(folder)
  const requested = await requestDevice(options.adapter === undefined ? {} : { adapter: options.adapter })
  let simulation: Simulation | undefined
  let output: Output | undefined
  let stream: Stream | undefined
  let watch: Watch | undefined
  try {
    const limits = limitsFor(requested)
    const ticks = checkpoint?.scenario.time.ticks ?? model.time.ticks
    const abilities = {
      ...abilitiesOf(requested.device),
      variants: options.variant ?? {},
      pinned: checkpoint?.variants ?? {},
    }
    const planned = (tuned: Tuned): Promise<Residence> =>
      naming(scenario, () => planRun(model, limits, { ...abilities, tuned }, options.resident, ticks))
    const plan =
      options.autotune && mayTune() && checkpoint === undefined
        ? (await planTuned(planned, requested, ticks, sayTo(options))).plan
        : await planned({})
    if (!streams) await naming(scenario, () => checkResultSize(plan.plan, model))
    const created = await createSimulation(requested.device, model, { plan, keepSamples: !streams })
    simulation = created
    reached('compiled')
    if (resume !== undefined && checkpoint !== undefined)
      await naming(resume, () => created.restore(checkpoint))
    if (!options.quiet) {
      warn([...doubts, ...model.warnings])
      noteEnergy(model)
    }
    // Before others can see that the run is there.
    watch = watchSignals()
    const resumed =
      resume === undefined || checkpoint === undefined ? undefined : { checkpoint, folder: dirname(resume) }
    const staying = streams ? stays(format, model, folder, resumed) : []
    output = await createOutput(folder, {
      earlier: (place) => earlierFiles(place, model, resume, staying),
      names: fileNames(model, options, format),
    })
    if (streams) {
      const streamed: StreamOptions = { plan: plan.plan, model, format, output, resumed }
      const opened = await naming(resume ?? folder, () => openStream(streamed))
      stream = opened
      created.onSample((sample) => {
        opened.push(sample)
      })
    }
    await runTo(model.time.ticks, {
      simulation,
      requested,
      scenario,
      options,
      output,
      stream,
      watch,
      startTick: simulation.tick,
      started: new Date(),
    })
  } finally {
    watch?.stop()
    stream?.close()
    output?.close()
    simulation?.destroy()
    requested.release()
  }
}

/** Ends a phase of the command; `npm run bench:jobs` reads the marks. */
function reached(phase: 'read' | 'compiled' | 'ran'): void {
  performance.mark(`engram:${phase}`)
}

/** Where an energy is recorded that leaves couplings out, that is said once. */
function noteEnergy(model: Model): void {
  const [first, ...more] = leftOutOf(model)
  const isWatched = model.probes.some((probe) => measureOf(probe.kind)?.guard(probe) === 'descent')
  if (first === undefined || !isWatched) return
  const others = more.length > 0 ? `, and ${more.length} more (summary.json)` : ''
  tell(`note: not a gradient flow: ${first}${others}; the energy leaves out what has none\n`)
}

/** What is told of tuning, unless the run is quiet. */
function sayTo({ quiet }: RunOptions): (line: string) => void {
  return (line) => (quiet === true ? undefined : tell(`${line}; --no-autotune leaves this out\n`))
}

/** The format of the results: a run that goes on behind samples of its files keeps it. */
function formatOf({ format }: RunOptions, checkpoint: Checkpoint | undefined): Format {
  const { format: kept } = checkpoint?.streamed ?? {}
  if (kept !== undefined && format !== undefined && format !== kept)
    throw new ModelError(`the samples of the checkpoint are in ${kept}; leave --format out`, {
      path: '--format',
    })
  return format ?? kept ?? 'npz'
}

async function readCheckpoint(
  file: string,
  model: Model,
): Promise<{ checkpoint: Checkpoint; doubts: string[] }> {
  const checkpoint = await readInRanges(file, decodeCheckpoint)
  return { checkpoint, doubts: await naming(file, () => checkResumable(checkpoint, model)) }
}

/** Everything a started run has. */
interface Started extends Writing {
  readonly scenario: string
  readonly options: RunOptions
  readonly watch: Watch
}

async function runTo(end: number, run: Started): Promise<void> {
  const { simulation, requested, options } = run
  let fault: string | undefined
  requested.device.addEventListener('uncapturederror', ({ error }) => (fault ??= error.message))
  const progress = createProgress(run.startTick, end, { quiet: options.quiet })
  let failure: Error | undefined
  try {
    await advance(end, {
      simulation,
      watch: run.watch,
      progress,
      checkpointEvery: options.checkpointEvery,
      look: () => run.stream?.show(),
      save: () => saveCheckpoint(run),
      interrupted: (signal) => interrupted(signal, run),
    }).finally(() => run.watch.stop())
    if (fault !== undefined) throw new RunError(`WebGPU refused a command: ${fault}`)
  } catch (error) {
    if (error instanceof Interruption) throw error
    failure = error instanceof Error ? error : new Error(String(error))
  } finally {
    progress.stop()
  }
  if (!options.quiet) warn(simulation.warnings.slice(simulation.model.warnings.length))
  if (failure !== undefined) throw await failed(run, failure)
  reached('ran')
  const written = await writeResults(run)
  if (!options.quiet) noteRest(simulation)
  const lines = resultLines(run.stream ?? simulation)
  print(`${[...lines, ...written.map(([name, path]) => `${name}\t${path}`)].join('\n')}\n`)
  if (!options.quiet) await noteNext(run)
}

/** To a person: whoever reads the output by a program has the results and nothing else. */
async function noteNext({ scenario, simulation, requested, output }: Started): Promise<void> {
  if (!process.stdout.isTTY || !process.stderr.isTTY) return
  // It reads eigenvalues, which a run does not need.
  const { afterwards } = await import('../afterwards.ts')
  const lines = afterwards({
    scenario: argument(scenario),
    folder: quoted(output.folder),
    files: output.files,
    model: simulation.model,
    adapter: requested.info,
  })
  tell(`\n${lines.join('\n')}\n`)
}

/** A scenario as a word of a command. */
function argument(scenario: string): string {
  return quoted(scenario.startsWith('-') ? `./${scenario}` : scenario)
}

/** Says whether a run with `time.until` came to rest, and when. */
function noteRest({ rest, tick, model }: Simulation): void {
  if (rest === undefined) return
  const moving = rest.ticks.filter((since) => since === null).length
  const who =
    model.replicas > 1 ? `${moving} of ${model.replicas} replicas are` : `\`${model.time.until?.layer}\` is`
  tell(
    rest.tick === undefined
      ? `${who} not at rest at tick ${tick}, the last\n`
      : `came to rest at tick ${rest.tick}; ended at tick ${tick} of ${model.time.ticks}\n`,
  )
}

/** Writes what there is of a run that has failed; returns the error to end with. */
async function failed(run: Started, failure: Error): Promise<Error> {
  // Samples that are still on their way; it rejects with the failure that is known.
  await run.simulation.flush().catch(() => undefined)
  const where = await writeResults(run, failure).then(
    (written) => `the samples so far are in ${placeOf(written, run.output)}`,
    (error: unknown) => (error instanceof RunError ? error.message : 'the samples are lost'),
  )
  return failure instanceof RunError ? new RunError(`${failure.message}; ${where}`) : failure
}

async function interrupted(signal: NodeJS.Signals, run: Started): Promise<Interruption> {
  const { simulation, scenario, options } = run
  const path = await saveCheckpoint(run)
  const again = [
    `${programName()} run ${argument(scenario)}`,
    ...(options.set ?? []).map((assignment) => `--set ${quoted(assignment)}`),
    ...(options.vary ?? []).map((assignment) => `--vary ${quoted(assignment)}`),
    ...(options.allowOutside ? ['--allow-outside'] : []),
    ...(options.seed === undefined ? [] : [`--seed ${options.seed}`]),
    ...(options.resident === 'auto' ? [] : [`--resident ${options.resident}`]),
    ...(options.autotune ? [] : ['--no-autotune']),
    ...(options.adapter === undefined ? [] : [`--adapter ${quoted(options.adapter)}`]),
    ...(options.csv ? ['--csv'] : []),
    ...(options.quiet ? ['--quiet'] : []),
    ...(options.debug ? ['--debug'] : []),
    ...(options.checkpointEvery === undefined ? [] : [`--checkpoint-every ${options.checkpointEvery}`]),
    ...(options.ticks === undefined ? [] : [`--ticks ${options.ticks}`]),
    ...(options.out === undefined ? [] : [`--out ${quoted(options.out)}`]),
    `--resume ${quoted(path)}`,
  ]
  const { tick, model } = simulation
  return new Interruption(
    signal,
    `ended by ${signal} at tick ${tick} of ${model.time.ticks}; the checkpoint is ${path}; go on with: ${again.join(' ')}`,
  )
}
