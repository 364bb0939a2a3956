import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { encodePng } from '../../src/core/data/png-encode.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { engram, temporaryFolder } from './program.ts'

const folder = temporaryFolder()
const readme = readFileSync('README.md', 'utf8')
const blocks = [...readme.matchAll(/```(\w+)\n(.*?)```/gs)].map((match) => ({
  language: match[1]!,
  text: match[2]!.trim(),
}))
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }

/** A project that depends on engram, with the scenarios and a folder of images. */
beforeAll(() => {
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve('.'), join(folder, 'node_modules/engram'))
  symlinkSync(resolve('scenarios'), join(folder, 'scenarios'))
  mkdirSync(join(folder, 'my-images'))
  const stream = new RandomStream(1, 'images')
  for (const index of [1, 2, 3]) {
    const pixels = Uint8Array.from({ length: 16 * 12 }, () => (stream.uniform() < 0.5 ? 20 : 230))
    writeFileSync(join(folder, 'my-images', `${index}.png`), encodePng(16, 12, pixels))
  }
})

/** Words of a line as a shell has them, without its comment; nothing is quoted there. */
function wordsOf(line: string): string[] {
  return line.replace(/ #.*/, '').trim().split(/\s+/)
}

/** Runs `npx engram ...`, or sees that npm has the script. */
async function runLine(line: string): Promise<void> {
  const [program, command, ...args] = wordsOf(line)
  if (program === 'npm') {
    expect(scripts).toHaveProperty(command === 'run' ? args[0]! : command!)
    return
  }
  expect([program, command]).toEqual(['npx', 'engram'])
  const { code, stderr } = await engram(args, folder)
  expect([line, code, stderr.includes('unexpected')]).toEqual([line, 0, false])
}

/** Runs what stands behind `$`; below it is what it prints, on standard error where it fails. */
async function runConsole(text: string): Promise<void> {
  const [line = '', ...printed] = text.split('\n')
  const { code, stdout, stderr } = await engram(wordsOf(line).slice(3), folder)
  expect(code === 0 ? stdout : stderr).toBe(`${printed.join('\n')}\n`)
}

async function runLibrary(source: string): Promise<void> {
  expect(source.split('\n').length).toBeLessThanOrEqual(13)
  writeFileSync(join(folder, 'example.mjs'), source)
  const adapter = process.env.ENGRAM_ADAPTER ?? (process.platform === 'linux' ? 'software' : 'auto')
  const env = { ...process.env, ENGRAM_ADAPTER: adapter }
  const { stdout } = await promisify(execFile)(process.execPath, ['example.mjs'], { cwd: folder, env })
  expect(stdout).toContain('[ 1500 ]')
  const overlap = Number(/Float32Array\(4\) \[\s*([\d.]+)/.exec(stdout)?.[1])
  expect(overlap).toBeGreaterThan(0.8)
}

/** Its commands are run from the tarball, by scripts/package.mjs. */
function checkWorkflow(text: string): Promise<void> {
  expect(text.split('\n').length).toBe(5)
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(text).toContain(`{ run: npm i ./engram-${version}.tgz && npx engram test models }`)
  return Promise.resolve()
}

const RUN: Record<string, (text: string) => Promise<void>> = {
  console: runConsole,
  js: runLibrary,
  yaml: checkWorkflow,
  sh: async (text) => {
    for (const line of text.split('\n')) await runLine(line)
  },
}

describe('every block of the README runs as it stands, one after the other', () => {
  test.each(blocks.map(({ language, text }) => [language, text.split('\n')[0], text]))(
    '%s: %s',
    async (language, _, text) => {
      expect(Object.keys(RUN)).toContain(language)
      await RUN[language]!(text)
    },
  )

  test('there are blocks of every kind', () => {
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(Object.keys(RUN)))
  })
})

test('the README is short', () => {
  expect(readme.split('\n').length - 1).toBeLessThanOrEqual(120)
})

test('what the README says of speed is what was measured', () => {
  const { works } = JSON.parse(readFileSync('bench/results/peers.json', 'utf8')) as {
    works: { id: string; title: string; results: { peer: string; rounds: number[] }[] }[]
  }
  for (const { title, results } of works) {
    const median = (peer: string): number => {
      const rounds = results.find((one) => one.peer === peer)!.rounds.toSorted((a, b) => a - b)
      return rounds[Math.floor(rounds.length / 2)]!
    }
    const own = median('engram')
    for (const peer of ['jax-js-webgpu', 'tfjs-webgpu'])
      expect([title, median(peer) > own]).toEqual([title, true])
    if (title.startsWith('recall')) expect([title, own / median('numpy') > 10]).toEqual([title, true])
    if (title.startsWith('gated')) expect(median('numpy') / own).toBeGreaterThan(4)
  }
})
