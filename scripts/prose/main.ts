/** The command: checks texts, prints one line for each finding. */
import { EXCEPTIONS } from './exceptions.ts'
import { type Finding, lint } from './lint.ts'
import { textsOf } from './sources.ts'

/** @returns the exit code: 0 nothing found, 1 otherwise */
export async function proseCommand(files: readonly string[]): Promise<number> {
  const found = await lint(await textsOf(files.length === 0 ? undefined : files))
  const isExcepted = (one: Finding): boolean =>
    EXCEPTIONS.some(({ rule, text }) => rule === one.rule && one.sentence.includes(text))
  const left = found.filter((one) => !isExcepted(one))
  const lines = left.map(
    ({ file, line, rule, sentence, remedy }) => `${file}:${line}: ${rule}: ${remedy}\n    ${sentence}`,
  )
  // An exception that nothing needs hides the next mistake.
  const idle = EXCEPTIONS.filter(
    ({ rule, text }) => !found.some((one) => rule === one.rule && one.sentence.includes(text)),
  )
  if (files.length === 0)
    lines.push(
      ...idle.map(({ text }) => `scripts/prose/exceptions.ts: nothing needs "${text}"; delete the line`),
    )
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
  return lines.length === 0 ? 0 : 1
}
