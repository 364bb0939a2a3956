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

/** Ends a command with an exit code; the reason is told already. */
export class Ended extends Error {
  override readonly name = 'Ended'
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`ended with exit code ${exitCode}`)
    this.exitCode = exitCode
  }
}

/** Milliseconds in which one cause may send a signal twice: npx passes on what Ctrl-C and Slurm send to all processes of a group. */
const ECHO = 500

/**
 * Watches for Ctrl-C (SIGINT), SIGTERM and the end of a terminal (SIGHUP): the first is remembered, a later one ends the process at
 * once.
 */
export interface Watch {
  readonly signal: NodeJS.Signals | undefined
  stop(): void
}

export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** @param patient - a later SIGTERM ends nothing: it comes from programs, while a checkpoint is written */
export function watchSignals({ patient = false } = {}): Watch {
  let signal: NodeJS.Signals | undefined
  let first = 0
  const listener = (received: NodeJS.Signals): void => {
    if (signal === undefined) first = performance.now()
    else if (performance.now() - first > ECHO && !(patient && received === 'SIGTERM'))
      process.exit(codeOf(received))
    signal ??= received
  }
  for (const name of SIGNALS) process.on(name, listener)
  return {
    get signal() {
      return signal
    },
    stop: () => {
      for (const name of SIGNALS) process.off(name, listener)
    },
  }
}

/** As shells count: 128 and the number of the signal. */
export function codeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}
