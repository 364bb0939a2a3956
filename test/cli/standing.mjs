/**
 * Runs the built program in one process as often as it is asked to: start.ts tells arguments and folder and gets back the exit
 * code and what was printed. Most of the time of a command that refuses its input is the start of Node, most of that of a short
 * run the compilation of its kernels: the process keeps its device, and what was compiled for it.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { globals } from 'webgpu'
import { keepCompiled } from '../compiled.mjs'

const program = new URL('../../dist/node/engram.js', import.meta.url).href
let count = 0

/** Milliseconds after which a command that has done its work is not going to end; a busy machine is slow. */
const PATIENCE = 60_000

/** Devices by what was asked for. */
const kept = new Map()
const { requestDevice } = globals.GPUAdapter.prototype

globals.GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const wanted = JSON.stringify([this.info.device, descriptor])
  if (!kept.has(wanted)) kept.set(wanted, keep(await requestDevice.call(this, descriptor)))
  return kept.get(wanted).lend()
}

function keep(device) {
  const listen = device.addEventListener
  const heard = []
  device.addEventListener = (...args) => {
    heard.push(args)
    listen.apply(device, args)
  }
  const compiled = keepCompiled(device)
  const lend = () => {
    device.lost = new Promise((lose) => {
      device.destroy = () => {
        for (const [type, listener] of heard.splice(0)) device.removeEventListener(type, listener)
        lose({ reason: 'destroyed', message: 'destroyed' })
      }
    })
    return device
  }
  // The instance of Dawn must stay as long as its device.
  return { lend, compiled, instances: [...globalThis.engramDawn].flat() }
}

process.on('message', ({ args, cwd, env }) => {
  void run(args, cwd, env).then((outcome) => process.send(outcome))
})
process.on('disconnect', () => process.exit())

async function run(args, cwd, env) {
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) {
    process[name].write = (text) => {
      printed[name] += text
      return true
    }
  }
  process.chdir(cwd)
  process.argv.splice(2, Infinity, ...args)
  const before = Object.keys(env).map((name) => [name, process.env[name]])
  Object.assign(process.env, env)
  // Below a folder of its own, a call of the file system fails.
  if (env.ENGRAM_FAIL_UNDER) await import(`../fuzz/fail-nth.mjs?${++count}`)
  process.exitCode = undefined
  const others = new Set(process.listeners('exit'))
  // A module is evaluated once for each address.
  await import(`${program}?${++count}`)
  await ended()
  const code = process.exitCode
  for (const listener of process.listeners('exit')) {
    if (others.has(listener)) continue
    process.off('exit', listener)
    listener(code)
  }
  process.exitCode = 0
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  // What the program listens to, it listens to once a run.
  process.removeAllListeners('uncaughtException')
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error')
  return { code, ...printed }
}

/** A process of its own would end now: nothing is left but the pipe to the tests, and no instance of Dawn is held. */
async function ended() {
  const start = performance.now()
  while (performance.now() - start < PATIENCE) {
    await wait(1)
    const left = process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap')
    if (left.length === 0 && !globalThis.engramDawn?.size) return
  }
  throw new Error(`it would not end: ${process.getActiveResourcesInfo().join(', ')}`)
}
