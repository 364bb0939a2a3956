import { main, textOf } from './main.ts'
import { tell, watchStreams } from './terminal.ts'

watchStreams()
// Nothing that no one waits for ends a command without a line.
process.on('uncaughtException', (error: unknown) => {
  tell(`${textOf(error, process.argv.includes('--debug'))}\n`)
  process.exit(1)
})
process.exitCode = await main(process.argv.slice(2))
