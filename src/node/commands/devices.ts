import { Command } from 'commander'
import { adaptersText, listAdapters } from '../devices.ts'
import { print } from '../terminal.ts'

/** `engram devices`: what this machine can compute on. */
export function devicesCommand(): Command {
  return new Command('devices')
    .description('list the adapters of this machine')
    .option('--json', 'print all features and limits as JSON')
    .action(async (options: { json?: true }) => {
      const adapters = await listAdapters()
      print((options.json ? JSON.stringify(adapters, null, 2) : adaptersText(adapters)) + '\n')
    })
}
