import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepTuning, keptTuning } from '../../../src/node/tuning.ts'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'engram-tuning-'))))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const adapter = (description: string): GPUAdapterInfo =>
  ({ vendor: 'v', architecture: 'a', device: 'd', description }) as GPUAdapterInfo

test('what is kept of an adapter and driver is found again, and nothing else is', async () => {
  expect(await keptTuning(adapter('1'), folder)).toEqual({})
  await keepTuning(adapter('1'), { shape: '1x1' }, folder)
  await keepTuning(adapter('2'), { shape: '2x1' }, folder)
  expect(await keptTuning(adapter('1'), folder)).toEqual({ shape: '1x1' })
  expect(await keptTuning(adapter('2'), folder)).toEqual({ shape: '2x1' })
  expect(await keptTuning(adapter('3'), folder)).toEqual({})
  expect(readdirSync(folder)).toEqual(['tuning.json'])
})

test('several that write at once leave a whole file', async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => keepTuning(adapter(`many ${index}`), { shape: '1x1' }, folder)),
  )
  expect(readdirSync(folder)).toEqual(['tuning.json'])
  expect(readFileSync(join(folder, 'tuning.json'), 'utf8').endsWith('}\n')).toBe(true)
  expect(() => JSON.parse(readFileSync(join(folder, 'tuning.json'), 'utf8')) as unknown).not.toThrow()
})

test('a file that is no cache is taken for empty, and replaced', async () => {
  writeFileSync(join(folder, 'tuning.json'), '{"kernels":')
  expect(await keptTuning(adapter('1'), folder)).toEqual({})
  await keepTuning(adapter('1'), { shape: '4x1' }, folder)
  expect(await keptTuning(adapter('1'), folder)).toEqual({ shape: '4x1' })
})

test('where nothing can be written, nothing is kept and nothing fails', async () => {
  const nowhere = join(folder, 'none')
  await keepTuning(adapter('1'), { shape: '4x1' }, nowhere)
  expect(await keptTuning(adapter('1'), nowhere)).toEqual({})
})
