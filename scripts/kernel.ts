/** One kernel of the registry on arrays from the command line, on the adapter: to see its results, and to try a change. */
import { parseArgs } from 'node:util'
import { ModelError, RunError } from '../src/core/errors.ts'
import { isCustom } from '../src/core/kinds/lagrangians/table.ts'
import { suggestion } from '../src/core/suggestion.ts'
import {
  type Joined,
  type Kernel,
  type KernelName,
  KERNEL_NAMES,
  formsOf,
  kernelOf,
  tapsText,
  tileText,
} from '../src/core/plan/kernels.ts'
import { packBlock } from '../src/core/plan/layout.ts'
import { numberedLines } from '../src/core/plan/wgsl.ts'
import { requestDevice } from '../src/node/device.ts'
import { LAGRANGIANS } from '../test/lagrangians.ts'
import { type KernelRun, type Output, dispatchKernel } from '../test/gpu/kernels/dispatch.ts'

const USAGE = `npm run kernel -- NAME [options]

Runs one kernel of shaders/ once, on the arrays that are given, and prints the buffers that it writes.

  --variant <key=word,...>      what the kernel is joined to; what is not said is the first word of the list
  --set <name=number,...>       fields of Params, all of them
  --constant <NAME=number,...>  overrides of the pipeline, in place of the defaults in the source
  --buffer <name=numbers>       contents of a buffer, such as output=0,0,0,0 or output=4*0; once for each buffer. A buffer
                                not given is 16 bytes of zeros. The matrix of a kernel with a format is given as dense
                                rows of \`columns\` numbers, and packed with \`stride\`
  --clock <numbers>             the clock record: the tick, then words by their number (default 0)
  --workgroups <x,y,z>          default 1
  --adapter <name>              as of engram run (default: $ENGRAM_ADAPTER, else auto)
  --wgsl                        print the assembled module too, lines numbered; without --set and --buffer it is not run
  --help                        this; after a NAME what that kernel takes, joined as --variant says

In the clock and in buffers of words (u32, i32, structures) a number with a point, such as 0.5 or 1.0, stands for its float32.

Example: y = A x
  npm run kernel -- product/matvec --variant format=f32 --buffer matrix=1,2,3,4 --buffer vector=10,1,0,0 --buffer output=4*0 \\
    --set row0=0,rows=2,columns=2,stride=4,copyRows=0,replica0=0,replicas=1,vectorStride=4,scale=1,outputStride=4

Exit code: 0 done, 1 the run failed, 2 the input is wrong.
`

/** One of each kind; `engram plan SCENARIO --wgsl` has kernels with custom expressions. */
const SAMPLES = Object.values(LAGRANGIANS).filter((l) => !isCustom(l))

type Forms = readonly Joined[]
type Numbers = Record<string, number>

/** @returns exit code: 0 done, 1 the run failed, 2 the input is wrong */
export async function kernelCommand(args: readonly string[]): Promise<number> {
  try {
    await runKernelCommand(args, (text) => process.stdout.write(`${text}\n`))
    return 0
  } catch (error) {
    if (!(error instanceof ModelError || error instanceof RunError)) throw error
    // A message from a driver may have several lines.
    process.stderr.write(`${error.message.trim().replace(/\s*\n\s*/g, ' ')}\n`)
    return error instanceof ModelError ? 2 : 1
  }
}

/**
 * Runs a command line.
 * @throws ModelError if the input is wrong, RunError if the run failed
 */
export async function runKernelCommand(
  args: readonly string[],
  print: (text: string) => void,
): Promise<void> {
  const { values, positionals } = parse(args)
  const [given, ...more] = positionals
  if (given === undefined) {
    if (values.help !== true) throw new ModelError('name a kernel; npm run kernel -- --help lists them')
    const names = KERNEL_NAMES.map((name) => formText(name, joinedTo(name, {})))
    print([USAGE, ...names].join('\n'))
    return
  }
  const name = KERNEL_NAMES.find((one) => one === given)
  if (name === undefined)
    throw new ModelError(`no kernel is called \`${given}\`${suggestion(given, KERNEL_NAMES)}`)
  if (more.length > 0)
    throw new ModelError(`\`${more.join(' ')}\` follows no option; put it behind one, with a comma between`)
  const joined = joinedTo(name, assignments('--variant', values.variant))
  const kernel = kernelOf(name, joined)
  if (values.help === true) {
    print(formText(name, joined))
    return
  }
  if (values.wgsl === true) {
    print(
      [`// kernel ${kernel.key}, entry point ${kernel.entryPoint}`, ...numberedLines(kernel), ''].join('\n'),
    )
    if (values.set === undefined && values.buffer === undefined) return
  }
  const params = fieldsOf(kernel, assignments('--set', values.set))
  const constants = constantsOf(kernel, assignments('--constant', values.constant))
  const buffers = buffersOf(kernel, joined, params, values.buffer ?? [])
  const workgroups = (values.workgroups ?? '1').split(',').map((text) => whole('--workgroups', text))
  if (workgroups.length > 3) throw new ModelError('has at most x,y,z', { path: '--workgroups' })
  const clock = wordsOf('--clock', values.clock ?? '0')

  const requested = await requestDevice(values.adapter === undefined ? {} : { adapter: values.adapter })
  try {
    const { device, info } = requested
    device.pushErrorScope('validation')
    const outputs = await dispatchKernel(device, kernel, {
      params,
      constants,
      buffers,
      workgroups: workgroups as [number, number?, number?],
      clock: [...new Int32Array(clock.buffer)],
    })
    const error = await device.popErrorScope()
    if (error !== null) throw new RunError(error.message)
    const size = [...workgroups, 1, 1].slice(0, 3).join('x')
    print(`${kernel.key} on ${info.name}, ${size} workgroups of ${workgroupOf(kernel, constants)}`)
    for (const [written, output] of Object.entries(outputs))
      print(`${written}: ${outputText(kernel, written, output)}`)
  } finally {
    requested.release()
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const many = { type: 'string', multiple: true } as const
  const flag = { type: 'boolean' } as const
  const options = {
    ...{ variant: many, set: many, constant: many, buffer: many },
    ...{ clock: text, workgroups: text, adapter: text, wgsl: flag, help: flag },
  }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('. ')
    throw new ModelError(`${reason}; npm run kernel -- --help lists the options`)
  }
}

/** `a=1,b=2` of each use of an option. */
function assignments(option: string, texts: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    texts
      .flatMap((text) => text.split(','))
      .map((text) => {
        const at = text.indexOf('=')
        if (at < 1) throw new ModelError(`\`${text}\` is not NAME=VALUE`, { path: option })
        return [text.slice(0, at), text.slice(at + 1)]
      }),
  )
}

/** How --variant writes a choice. */
function wordOf(choice: Exclude<Joined[keyof Joined], undefined>): string {
  if (typeof choice === 'string') return choice
  if (typeof choice === 'boolean') return choice ? 'on' : 'off'
  if ('kind' in choice) return choice.kind
  return 'count' in choice ? tapsText(choice) : tileText(choice)
}

/** The parts of a kernel: for each key the possible words, the default first. */
function choicesOf(forms: Forms): Map<keyof Joined, Map<string, Joined>> {
  const choices = new Map<keyof Joined, Map<string, Joined>>()
  for (const form of forms) {
    for (const key of Object.keys(form) as (keyof Joined)[]) {
      const choice = form[key]
      if (choice === undefined) continue
      const word = wordOf(choice)
      const words = choices.get(key) ?? new Map<string, Joined>(standardOf(key, forms))
      if (!words.has(word)) words.set(word, { [key]: choice })
      choices.set(key, words)
    }
  }
  return choices
}

/** The word for a part that the plainest form of a kernel omits. */
function standardOf(key: keyof Joined, [first = {}]: Forms): [string, Joined][] {
  if (first[key] !== undefined) return []
  if (key === 'epilogue') return [['scaled', { epilogue: 'scaled' }]]
  return key === 'carried' || key === 'byNeuron' ? [['off', { [key]: false }]] : []
}

/** The form that agrees best with the requested parts, and the parts that it has. */
function joinedTo(name: KernelName, asked: Readonly<Record<string, string>>): Joined {
  const forms = formsOf(name, SAMPLES)
  const choices = choicesOf(forms)
  const chosen = Object.entries(asked).map(([key, word]): Joined => {
    const words = choices.get(key as keyof Joined)
    if (words === undefined) {
      const there = [...choices.keys()].join(', ')
      throw new ModelError(
        `${name} has no \`${key}\`; ${there === '' ? 'it is joined to nothing' : `it has ${there}`}`,
        {
          path: '--variant',
        },
      )
    }
    const choice = words.get(word)
    if (choice === undefined)
      throw new ModelError(`there is no ${key}=${word} for ${name}; take ${[...words.keys()].join(', ')}`, {
        path: '--variant',
      })
    return choice
  })
  const wanted = Object.assign({}, ...chosen) as Joined
  // The epilogue counts most, because other parts depend on it.
  const agreement = (form: Joined): number =>
    (Object.keys(wanted) as (keyof Joined)[]).reduce(
      (sum, key) => sum + (form[key] === wanted[key] ? (key === 'ending' ? 10 : 1) : 0),
      0,
    )
  const best = forms.reduce((a, b) => (agreement(b) > agreement(a) ? b : a))
  return { ...best, ...wanted }
}

/** The arguments of a kernel, for --help. */
function formText(name: KernelName, joined: Joined): string {
  const kernel = kernelOf(name, joined)
  const variants = [...choicesOf(formsOf(name, SAMPLES))].map(
    ([key, words]) => `${key}=${[...words.keys()].join('|')}`,
  )
  const overrides = overridesOf(kernel).map(({ name: constant, standard }) => `${constant}=${standard}`)
  const rows: [string, string[]][] = [
    ['--variant', variants],
    [
      '--buffer',
      kernel.bindings.map(
        ({ name: one, writes }) =>
          `${one}: ${isPacked(one, joined) ? 'dense rows' : typeOf(kernel, one)}${writes ? ' (written)' : ''}`,
      ),
    ],
    ['--set', kernel.fields.map(({ name: field, type }) => `${field}: ${type}`)],
    ['--constant', overrides],
    ['--clock', kernel.clocked ? ['read'] : []],
  ]
  return [
    `${kernel.key}: ${purposeOf(kernel)}`,
    ...rows.flatMap(([option, items]) =>
      items.length === 0 ? [] : [`  ${option.padEnd(11)} ${items.join(', ')}`],
    ),
    '',
  ].join('\n')
}

/** The first sentence of the first comment of a kernel. */
function purposeOf({ source }: Kernel): string {
  const [comment = ''] = /^(\/\/.*\n)+/m.exec(source) ?? []
  const text = comment.replace(/^\/\/ */gm, '').replace(/\s+/g, ' ')
  return /^(.*?)[.:]*(?:\. |$)/.exec(text.trim())?.[1] ?? text
}

/** The element type of a buffer, such as `f32` or `vec4<f32>`. */
function typeOf({ source }: Kernel, name: string): string {
  return new RegExp(`var<storage, \\w+> ${name}: array<(.*)>;`).exec(source)?.[1] ?? 'f32'
}

function overridesOf({ source }: Kernel): { name: string; standard: string }[] {
  return [...source.matchAll(/^override (\w+): \w+ = (\w+);/gm)].map((match) => ({
    name: match[1] as string,
    standard: match[2] as string,
  }))
}

function workgroupOf(kernel: Kernel, constants: Numbers): string {
  const standard = overridesOf(kernel).find(({ name }) => name === 'WORKGROUP')?.standard ?? '1'
  return String(constants.WORKGROUP ?? standard)
}

function fieldsOf(kernel: Kernel, given: Readonly<Record<string, string>>): Numbers {
  const known = kernel.fields.map(({ name }) => name)
  refuseOthers('--set', kernel, 'field', Object.keys(given), known)
  const missing = known.filter((name) => given[name] === undefined)
  if (missing.length > 0)
    throw new ModelError(
      `${kernel.key} lacks ${missing.join(', ')}; give every field, such as --set ${missing[0]}=0`,
      { path: '--set' },
    )
  return Object.fromEntries(
    kernel.fields.map(({ name, type }) => {
      const text = given[name] as string
      return [name, type === 'u32' ? whole(`--set ${name}`, text) : number(`--set ${name}`, text)]
    }),
  )
}

function constantsOf(kernel: Kernel, given: Readonly<Record<string, string>>): Numbers {
  const known = overridesOf(kernel).map(({ name }) => name)
  refuseOthers('--constant', kernel, 'override', Object.keys(given), known)
  return Object.fromEntries(
    Object.entries(given).map(([name, text]) => [
      name,
      number(`--constant ${name}`, text === 'true' ? '1' : text === 'false' ? '0' : text),
    ]),
  )
}

/** True for a matrix that is given as numbers and packed in the format of the kernel. */
function isPacked(name: string, joined: Joined): joined is Joined & Required<Pick<Joined, 'format'>> {
  return name === 'matrix' && joined.format !== undefined
}

/** Contents of the buffers that are given, as the kernel reads them. */
function buffersOf(
  kernel: Kernel,
  joined: Joined,
  params: Numbers,
  texts: readonly string[],
): KernelRun['buffers'] {
  const given = texts.map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw new ModelError(`\`${text}\` is not NAME=NUMBERS`, { path: '--buffer' })
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  const known = kernel.bindings.map(({ name }) => name)
  refuseOthers(
    '--buffer',
    kernel,
    'buffer',
    given.map(([name]) => name),
    known,
  )
  return Object.fromEntries(
    given.map(([name, text]): [string, Float32Array | Uint32Array | Uint8Array] => {
      const option = `--buffer ${name}`
      if (isPacked(name, joined))
        return [name, matrixOf(option, numbers(option, text), joined.format, params)]
      const type = typeOf(kernel, name)
      if (!type.includes('f32')) return [name, wordsOf(option, text)]
      const list = numbers(option, text)
      const padded = new Float32Array(type.startsWith('vec4') ? 4 * Math.ceil(list.length / 4) : list.length)
      padded.set(list)
      return [name, padded]
    }),
  )
}

/** Dense rows, packed as a plan packs them. */
function matrixOf(
  option: string,
  dense: readonly number[],
  format: NonNullable<Joined['format']>,
  { columns = 0, stride = 0 }: Numbers,
): Uint8Array {
  const rows = dense.length / columns
  if (!Number.isInteger(rows))
    throw new ModelError(
      `${dense.length} numbers are no whole rows of ${columns} columns; add some, or set columns`,
      {
        path: option,
      },
    )
  const step = format === 'binary' ? 32 : 4
  if (stride < columns || stride % step !== 0)
    throw new ModelError(
      `must be a multiple of ${step} for ${format}, and at least columns (${columns}), not ${stride}; set it to ${step * Math.ceil(columns / step)}`,
      { path: '--set stride' },
    )
  const rowBytes = (stride * { f32: 32, f16: 16, binary: 1 }[format]) / 8
  const shape = { name: 'matrix', copies: 1, rows, columns, format, stride, rowBytes, blocks: [] }
  const block = { buffer: 'matrix', start: 0, count: rows, bytes: rows * rowBytes }
  return packBlock(shape, block, Float32Array.from(dense))
}

/** Numbers of a list, `3*0` being three zeros, as they are written. */
function listOf(text: string): string[] {
  return text.split(',').flatMap((part) => {
    const repeated = /^(\d{1,7})\*(.+)$/.exec(part)
    return repeated === null
      ? [part]
      : Array.from({ length: Number(repeated[1]) }, () => repeated[2] as string)
  })
}

function numbers(option: string, text: string): number[] {
  return listOf(text).map((part) => number(option, part))
}

/** Integers unchanged; numbers with a point as the bits of their float32. */
function wordsOf(option: string, text: string): Uint32Array<ArrayBuffer> {
  const parts = listOf(text)
  const words = new Uint32Array(parts.length)
  const floats = new Float32Array(words.buffer)
  parts.forEach((part, index) => {
    const value = number(option, part)
    if (Number.isInteger(value) && !part.includes('.')) words[index] = value
    else floats[index] = value
  })
  return words
}

function number(option: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || Number.isNaN(value))
    throw new ModelError(`\`${text}\` is not a number`, { path: option })
  return value
}

function whole(option: string, text: string): number {
  if (!/^\d+$/.test(text) || Number(text) >= 2 ** 32)
    throw new ModelError(`must be a whole number below 2^32, not \`${text}\``, { path: option })
  return Number(text)
}

function refuseOthers(
  option: string,
  { key }: Kernel,
  what: string,
  given: readonly string[],
  known: readonly string[],
): void {
  const other = given.find((name) => !known.includes(name))
  if (other !== undefined)
    throw new ModelError(`${key} has no ${what} \`${other}\`${suggestion(other, known)}`, { path: option })
}

/** The fewest digits that give the same float32 again; words as integers. */
function outputText(kernel: Kernel, name: string, { floats, words }: Output): string {
  if (!typeOf(kernel, name).includes('f32')) return words.join(' ')
  const shortest = (value: number): string => {
    for (let digits = 1; digits < 9; digits++) {
      const rounded = Number(value.toPrecision(digits))
      if (Math.fround(rounded) === value) return String(rounded)
    }
    return String(value)
  }
  return Array.from(floats, shortest).join(' ')
}
