/**
 * Runs the built program in one process as often as it is asked to: start.ts tells arguments and folder and gets back the exit
 * code and what was printed. Most of the time of a command that refuses its input is the start of Node.
 */
const program = new URL('../../dist/node/engram.js', import.meta.url).href
let count = 0

process.on('message', ({ args, cwd }) => {
  void run(args, cwd).then((outcome) => process.send(outcome))
})

async function run(args, cwd) {
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) {
    process[name].write = (text) => {
      printed[name] += text
      return true
    }
  }
  process.chdir(cwd)
  process.argv.splice(2, Infinity, ...args)
  process.exitCode = undefined
  // A module is evaluated once for each address.
  await import(`${program}?${++count}`)
  const code = process.exitCode
  process.exitCode = 0
  // What the program listens to, it listens to once a run.
  process.removeAllListeners('uncaughtException')
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error')
  return { code, ...printed }
}
