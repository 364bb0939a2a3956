import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { beganOf } from '../../../src/node/lock.ts'
import { createWatcher, findClaim, ownerOf, take } from '../../../src/node/sweep/claims.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engram-claim-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const standing = async (watcher = createWatcher()) => watcher.standingOf(folder, await findClaim(folder))

/** A claim of another process. */
function claimOf(owner: object, name = 'claim'): string {
  const real = JSON.parse(readFileSync(join(folder, 'claim', 'owner.json'), 'utf8')) as object
  rmSync(join(folder, 'claim'), { recursive: true })
  mkdirSync(join(folder, name))
  const path = join(folder, name, 'owner.json')
  writeFileSync(path, JSON.stringify({ ...real, ...owner }))
  return path
}

test('of many that take a folder at once, one succeeds', async () => {
  const found = await findClaim(folder)
  const claims = await Promise.all(Array.from({ length: 20 }, () => take(folder, found)))
  const won = claims.filter((claim) => claim !== undefined)
  expect(won).toHaveLength(1)
  expect(await won[0]!.isMine()).toBe(true)
  expect(await standing()).toBe('owned')
  won[0]!.release()
  expect(await standing()).toBe('free')
  expect(readdirSync(folder)).toEqual(['claim'])
})

test('a folder is taken over once, and its former owner sees that', async () => {
  const first = await take(folder, await findClaim(folder))
  const found = await findClaim(folder)
  const others = await Promise.all([take(folder, found), take(folder, found)])
  expect(others.filter((claim) => claim !== undefined)).toHaveLength(1)
  expect(await first!.isMine()).toBe(false)
  expect((await findClaim(folder)).number).toBe(2)
  for (const claim of others) claim?.release()
})

test.each([{ pid: 2 ** 22 + 1 }, { began: 'another process of that number' }])(
  'the claim of a process of this machine that has ended is free at once: %j',
  async (owner) => {
    await take(folder, await findClaim(folder))
    claimOf(owner)
    expect(await standing()).toBe('free')
  },
)

test('a claim of another machine is free after it has been silent for long enough, whatever its time', async () => {
  await take(folder, await findClaim(folder))
  const path = claimOf({ host: 'elsewhere' })
  const watcher = createWatcher(30)
  for (const year of [1990, 2090]) {
    utimesSync(path, new Date(year, 1), new Date(year, 1))
    // First seen, or a heartbeat: a time that has changed.
    expect(await standing(watcher)).toBe(year === 1990 ? 'unsure' : 'owned')
  }
  expect(await standing(watcher)).toBe('unsure')
  await new Promise((settle) => setTimeout(settle, 60))
  expect(await standing(watcher)).toBe('free')
  expect(await ownerOf(folder, 1)).toMatchObject({ host: 'elsewhere' })
})

test.runIf(process.platform === 'linux')('a process that has ended but is not reaped has ended', async () => {
  const parent = spawn('bash', ['-c', 'true & echo $!; exec sleep 20'])
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  try {
    await expect.poll(() => beganOf(Number(line.toString()))).toBe('')
    expect(beganOf(parent.pid!)).not.toBe('')
  } finally {
    parent.kill()
  }
})
