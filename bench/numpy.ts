/** NumPy in a process of its own, where python3 has it: on the CPU, with the inputs that all libraries get. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { plain } from './peers/plain.ts'
import { differenceOf } from '../src/core/measure/difference.ts'
import { TOLERANCE, type Work, WORKS, inputsOf } from './peers/work.ts'

export const NUMPY = { id: 'numpy', title: 'NumPy; SciPy where sparse', on: 'CPU' } as const

/** What a work needs besides NumPy. */
const MODULES: Readonly<Partial<Record<Work['kind'], string>>> = { sparse: 'import numpy, scipy.sparse' }

interface NumpyResult {
  readonly peer: string
  readonly rounds: readonly number[]
  readonly difference: number
  readonly refused?: string
}

/** Times of a work, once its result has been compared with plain loops; undefined where there is no NumPy. */
export async function measureNumpy(id: string): Promise<NumpyResult | undefined> {
  const work = WORKS.find((one) => one.id === id)
  if (work === undefined || spawnSync('python3', ['-c', MODULES[work.kind] ?? 'import numpy']).status !== 0)
    return undefined
  const inputs = inputsOf(work)
  const folder = await mkdtemp(join(tmpdir(), 'engram-numpy-'))
  try {
    await writeFile(join(folder, 'matrix.f32'), inputs.matrix)
    await writeFile(join(folder, 'states.f32'), inputs.states)
    if (inputs.columns !== undefined) await writeFile(join(folder, 'columns.i32'), inputs.columns)
    await writeFile(join(folder, 'work.json'), JSON.stringify(work))
    const script = fileURLToPath(new URL('measure_numpy.py', import.meta.url))
    const { stdout, stderr, status } = spawnSync('python3', [script, folder], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    const { rounds } = JSON.parse(stdout) as { rounds: number[] }
    const bytes = Uint8Array.from(await readFile(join(folder, 'result.f32')))
    const reference = await plain.prepare(work, inputs)
    await reference?.run(work.checkTicks)
    const apart = differenceOf(new Float32Array(bytes.buffer), (await reference?.result()) ?? [])
    if (apart > TOLERANCE)
      return { peer: NUMPY.id, rounds: [], difference: NaN, refused: `differs by ${apart.toExponential(1)}` }
    return { peer: NUMPY.id, rounds, difference: apart }
  } finally {
    await rm(folder, { recursive: true })
  }
}
