/** Sentences that a rule finds and that are right, each with its reason. */
import type { RuleName } from './rules.ts'

export interface Exception {
  readonly rule: RuleName
  /** A part of the sentence, as the message shows it. */
  readonly text: string
  readonly reason: string
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    rule: 'coined',
    text: 'Write the noun instead of "it", "such"',
    reason: 'CONTRIBUTING.md names the words that it refuses',
  },
  { rule: 'british', text: "ColorBrewer's RdBu", reason: 'the name of a set of colour maps' },
  { rule: 'british', text: '/ColorSpace /DeviceRGB', reason: 'keys of PDF' },
]
