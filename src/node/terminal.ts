/** What commands print; nothing of a scenario can steer the terminal. */
import { escaped } from '../core/errors.ts'

/** Prints results on standard output; tabs and line breaks are ours. */
export function print(text: string): void {
  process.stdout.write(shown(text))
}

/** Prints a message on standard error. */
export function tell(text: string): void {
  process.stderr.write(shown(text))
}

function shown(text: string): string {
  return text.replace(/[^\n\t]+/g, escaped)
}

/** Reports what can no longer be written: whoever reads the output may stop early, such as `head`; a terminal may be gone. */
export function watchStreams(): void {
  process.stderr.on('error', () => undefined)
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(0)
    const reason =
      code === 'ENOSPC' ? 'the disk is full; make room' : `${code ?? 'it fails'}; send it elsewhere`
    tell(`cannot write to standard output: ${reason}\n`)
    process.exit(1)
  })
}
