import type { Command } from 'commander'
import { adaptersText, listAdapters } from '../devices.ts'
import { print } from '../terminal.ts'

/** `engram devices`: what this machine can compute on. */
export function devicesCommand(command: Command): Command {
  return command
    .option('--json', 'print all features and limits as JSON')
    .action(async (options: { json?: true }) => {
      const adapters = await listAdapters()
      print((options.json ? JSON.stringify(adapters, null, 2) : adaptersText(adapters)) + '\n')
    })
}
