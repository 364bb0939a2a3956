import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { unpackBundle } from '../../../src/node/cache.ts'

let folder: string
let bundle: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engram-test-'))
  bundle = join(folder, 'bundle')
  await mkdir(join(bundle, 'bin'), { recursive: true })
  await writeFile(join(bundle, 'package.json'), '{"version": "1.2.3"}')
  const tar = [entry('lib/', '5', ''), entry('lib/a.so', '0', 'x'.repeat(513)), entry('b.json', '0', '{}')]
  const archive = Buffer.concat([...tar, Buffer.alloc(1024)])
  await writeFile(join(bundle, 'bin/drivers.tar.br'), brotliCompressSync(archive))
  await writeFile(join(bundle, 'bin/program.br'), brotliCompressSync('#!/bin/sh'))
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

/** A file as tar stores it: a header of 512 bytes, the content, zeros to a multiple of 512. */
function entry(name: string, type: string, content: string): Buffer {
  const bytes = Buffer.alloc(512 + Math.ceil(content.length / 512) * 512)
  bytes.write(name, 0)
  bytes.write('0000755\0', 100)
  bytes.write(content.length.toString(8).padStart(11, '0'), 124)
  bytes.write(type, 156)
  bytes.write(content, 512)
  return bytes
}

test('archives are unpacked into the cache, programs executable', async () => {
  const unpacked = await unpackBundle(bundle, 'drivers', ['drivers.tar.br', 'program.br'])
  expect(unpacked).toBe(join(folder, 'cache/engram/drivers-1.2.3'))
  expect((await readdir(unpacked)).sort()).toEqual(['b.json', 'lib', 'program'])
  expect(await readFile(join(unpacked, 'lib/a.so'), 'utf8')).toBe('x'.repeat(513))
  expect(await readFile(join(unpacked, 'b.json'), 'utf8')).toBe('{}')
  expect((await stat(join(unpacked, 'program'))).mode & 0o111).toBe(0o111)
})

test('unpacking is done once', async () => {
  const unpacked = await unpackBundle(bundle, 'drivers', ['drivers.tar.br'])
  await writeFile(join(unpacked, 'b.json'), 'kept')
  await unpackBundle(bundle, 'drivers', ['drivers.tar.br'])
  expect(await readFile(join(unpacked, 'b.json'), 'utf8')).toBe('kept')
})

test('several at once get one complete folder and leave nothing else behind', async () => {
  const unpacked = await Promise.all(
    Array.from({ length: 8 }, () => unpackBundle(bundle, 'drivers', ['drivers.tar.br'])),
  )
  expect(new Set(unpacked).size).toBe(1)
  expect(await readdir(join(folder, 'cache/engram'))).toEqual(['drivers-1.2.3'])
})

test('a damaged archive is an error and leaves no folder that looks complete', async () => {
  await writeFile(join(bundle, 'bin/drivers.tar.br'), 'not brotli')
  await expect(unpackBundle(bundle, 'drivers', ['drivers.tar.br'])).rejects.toThrow(
    'cannot unpack drivers into',
  )
  expect(await readdir(join(folder, 'cache/engram'))).toEqual([])
})

test('a full disk is one line that says what to do', async () => {
  const write = vi
    .spyOn(fs.promises, 'writeFile')
    .mockRejectedValue(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
  syncBuiltinESMExports()
  try {
    await expect(unpackBundle(bundle, 'drivers', ['drivers.tar.br'])).rejects.toThrow(
      `cannot unpack drivers into ${join(folder, 'cache/engram')}: the disk is full; make room, or set XDG_CACHE_HOME to another folder`,
    )
  } finally {
    write.mockRestore()
    syncBuiltinESMExports()
  }
  expect(await readdir(join(folder, 'cache/engram'))).toEqual([])
})

test('where the cache cannot be written the temporary folder serves', async () => {
  await writeFile(join(folder, 'cache'), 'a file, not a folder')
  vi.stubEnv('TMPDIR', join(folder, 'tmp'))
  await mkdir(join(folder, 'tmp'))
  await chmod(join(folder, 'tmp'), 0o777)
  const unpacked = await unpackBundle(bundle, 'drivers', ['drivers.tar.br'])
  expect(unpacked.startsWith(join(folder, 'tmp'))).toBe(true)
})
