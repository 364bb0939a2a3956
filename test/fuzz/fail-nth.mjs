/**
 * Loaded before the program: the nth call for a file below a folder fails with a code of the system; -1 = none, and at the
 * end the number of calls goes to standard error. ENGRAM_FAIL_CALL counts those of one name only, such as open.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { resolve } from 'node:path'

const under = process.env.ENGRAM_FAIL_UNDER
const nth = Number(process.env.ENGRAM_FAIL_NTH)
const code = process.env.ENGRAM_FAIL_CODE
const only = process.env.ENGRAM_FAIL_CALL
let calls = 0

/** Throws when this call is the one. */
function count(name, path) {
  if (typeof path !== 'string' || !resolve(path).startsWith(under)) return
  if (only !== undefined && name !== only) return
  if (calls++ === nth)
    throw Object.assign(new Error(`${code}: made to fail, ${name} '${path}'`), {
      code,
      errno: -1,
      syscall: name,
      path,
    })
}

const { promises } = fs
for (const name of ['mkdir', 'open', 'rename', 'rm', 'writeFile', 'readFile', 'readdir', 'stat', 'unlink']) {
  const original = promises[name]
  promises[name] = async (path, ...rest) => {
    count(name, path)
    const result = await original.call(promises, path, ...rest)
    return name === 'open' ? watched(result, path) : result
  }
}

/** A file that is open fails in what is done with it, too. */
function watched(file, path) {
  for (const name of ['write', 'writev', 'writeFile', 'appendFile', 'sync', 'close', 'read', 'stat']) {
    const original = file[name].bind(file)
    file[name] = async (...args) => {
      // What fails while it is closed is closed all the same.
      if (name === 'close') await original(...args)
      count(name, path)
      return name === 'close' ? undefined : original(...args)
    }
  }
  return file
}

for (const name of [
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmSync',
  'writeFileSync',
  'readFileSync',
  'readdirSync',
]) {
  const original = fs[name]
  fs[name] = (path, ...rest) => {
    count(name, path)
    return original.call(fs, path, ...rest)
  }
}
syncBuiltinESMExports()
process.on('exit', () => {
  if (nth === -1) fs.writeSync(2, `calls ${calls}\n`)
})
