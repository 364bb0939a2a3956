import { main, tellFailure } from './main.ts'
import { watchStreams } from './terminal.ts'

watchStreams()
// Nothing that no one waits for ends a command without a line.
process.on('uncaughtException', (error: unknown) => {
  tellFailure(error, process.argv.includes('--debug'))
  process.exit(1)
})
process.exitCode = await main(process.argv.slice(2))
