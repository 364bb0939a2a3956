import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryFolder } from './program.ts'

const folder = temporaryFolder()

/** The first block of a language in the README. */
function blockOf(language: string): string {
  const block = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(readFileSync('README.md', 'utf8'))
  if (block?.[1] === undefined) throw new Error(`the README has no block in ${language}`)
  return block[1]
}

test('the library example of the README runs as it stands, in a project that depends on engram', async () => {
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve('.'), join(folder, 'node_modules/engram'))
  symlinkSync(resolve('scenarios'), join(folder, 'scenarios'))
  const source = blockOf('js')
  expect(source.trim().split('\n').length).toBeLessThanOrEqual(13)
  writeFileSync(join(folder, 'example.mjs'), source)
  const adapter = process.env.ENGRAM_ADAPTER ?? (process.platform === 'linux' ? 'software' : 'auto')
  const env = { ...process.env, ENGRAM_ADAPTER: adapter }
  const { stdout } = await promisify(execFile)(process.execPath, ['example.mjs'], { cwd: folder, env })
  expect(stdout).toContain('[ 1500 ]')
  const overlap = Number(/Float32Array\(4\) \[\s*([\d.]+)/.exec(stdout)?.[1])
  expect(overlap).toBeGreaterThan(0.8)
})

test('the wrong input that the README shows gets the line that it shows', async () => {
  const [command = '', line = ''] = blockOf('console').trim().split('\n')
  const args = command.replace('$ npx engram ', '').split(' ')
  const run = promisify(execFile)(process.execPath, ['bin/engram.js', ...args])
  await expect(run).rejects.toMatchObject({ code: 2, stdout: '', stderr: `${line}\n` })
})
