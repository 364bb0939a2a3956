import { main } from './main.ts'
import { watchStreams } from './terminal.ts'

watchStreams()
process.exitCode = await main(process.argv.slice(2))
