import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type DriverSet, driverSets, withDrivers } from '../../../src/node/vulkan.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engram-test-'))
  for (const name of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']) vi.stubEnv(name, undefined)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

/** The manifests of each set, but those of this machine. */
async function manifests(): Promise<string[][]> {
  const sets: DriverSet[] = []
  for await (const drivers of driverSets()) sets.push(drivers)
  return sets.map((drivers) => (drivers.manifests ?? []).filter((path) => path.startsWith(folder)))
}

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test('chosen drivers are tried hardware first, then each software driver alone', async () => {
    const chosen = ['lvp_icd.x86_64.json', 'nvidia_icd.json', 'swiftshader.json', 'radeon_icd.json'].map(
      (file) => join(folder, file),
    )
    for (const path of chosen) await writeFile(path, '')
    vi.stubEnv('VK_DRIVER_FILES', [...chosen, join(folder, 'absent.json')].join(':'))
    expect((await manifests()).slice(0, 3)).toEqual([[chosen[1], chosen[3]], [chosen[0]], [chosen[2]]])
  })

  test('installed drivers are found where the Vulkan loader looks', async () => {
    const data = join(folder, 'share/vulkan/icd.d')
    const configuration = join(folder, 'config/vulkan/icd.d')
    for (const path of [data, configuration]) await mkdir(path, { recursive: true })
    await writeFile(join(data, 'lvp_icd.json'), '')
    await writeFile(join(data, 'README'), '')
    await writeFile(join(configuration, 'lvp_icd.json'), '')
    vi.stubEnv('XDG_DATA_DIRS', `/nowhere:${join(folder, 'share')}`)
    vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'config'))
    const found = (await manifests()).flat()
    expect(found).toEqual([join(configuration, 'lvp_icd.json'), join(data, 'lvp_icd.json')])
  })

  test('the last resort is the SwiftShader of the npm bundle', async () => {
    const sets: DriverSet[] = []
    for await (const drivers of driverSets()) sets.push(drivers)
    expect(sets.at(-1)?.source).toBe('npm')
  })
})

test('the environment is the chosen one while looking and the old one after, even after an error', () => {
  const drivers: DriverSet = { source: 'npm', manifests: ['/a.json', '/b.json'] }
  vi.stubEnv('VK_ICD_FILENAMES', '/mine.json')
  expect(withDrivers(drivers, () => [process.env.VK_DRIVER_FILES, process.env.VK_ICD_FILENAMES])).toEqual([
    '/a.json:/b.json',
    '/a.json:/b.json',
  ])
  expect(() =>
    withDrivers(drivers, () => {
      throw new Error('no')
    }),
  ).toThrow('no')
  expect('VK_DRIVER_FILES' in process.env).toBe(false)
  expect(process.env.VK_ICD_FILENAMES).toBe('/mine.json')
})
