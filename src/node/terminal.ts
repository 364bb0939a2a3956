/** What commands print; nothing of a scenario can steer the terminal. */
import { escaped } from '../core/errors.ts'

/** Forms of messages: lines for people, or an object of JSON a line for programs. */
export const MESSAGE_FORMATS = ['text', 'json'] as const
export type MessageFormat = (typeof MESSAGE_FORMATS)[number]

let format: MessageFormat = 'text'

/** Chooses the form of all messages of this process. */
export function setMessageFormat(next: MessageFormat): void {
  format = next
}

export function messageFormat(): MessageFormat {
  return format
}

/**
 * The name to type for this program in a command: through npx it is not on the PATH.
 * @param env - npm names there what it runs
 */
export function programName(env: NodeJS.ProcessEnv = process.env): string {
  const throughNpx = env.npm_lifecycle_event === 'npx' && /^'?engram\b/.test(env.npm_lifecycle_script ?? '')
  return throughNpx ? 'npx engram' : 'engram'
}

/** Prints results on standard output; tabs and line breaks are ours. */
export function print(text: string): void {
  process.stdout.write(shown(text))
}

/** Prints a message on standard error; as JSON it is `{"message": text}`. */
export function tell(text: string): void {
  if (format === 'json') tellRecord({ message: text.trim() })
  else process.stderr.write(shown(text))
}

/** Prints an object as one line of JSON on standard error. */
export function tellRecord(record: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${escaped(JSON.stringify(record))}\n`)
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
