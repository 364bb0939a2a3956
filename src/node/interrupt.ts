import { constants } from 'node:os'

/** Ends a command with the exit code of a signal; the message is for standard error. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  readonly exitCode: number

  constructor(signal: NodeJS.Signals, message: string) {
    super(message)
    this.exitCode = codeOf(signal)
  }
}

/** Watches for Ctrl-C (SIGINT) and SIGTERM: the first is remembered, a second one ends the process at once. */
export interface Watch {
  readonly signal: NodeJS.Signals | undefined
  stop(): void
}

export function watchSignals(): Watch {
  let signal: NodeJS.Signals | undefined
  const listener = (received: NodeJS.Signals): void => {
    if (signal !== undefined) process.exit(codeOf(received))
    signal = received
  }
  process.on('SIGINT', listener).on('SIGTERM', listener)
  return {
    get signal() {
      return signal
    },
    stop: () => void process.off('SIGINT', listener).off('SIGTERM', listener),
  }
}

/** As shells count: 128 and the number of the signal. */
function codeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}
