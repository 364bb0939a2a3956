/** The claims of a scenario under its lesson, as the run goes: what holds, what fails, what is undecided. */
import type { Verdict } from '../../core/run/claims.ts'
import { assign } from '../assign.ts'
import { element } from './element.ts'

export interface Claims {
  readonly element: HTMLElement
  /**
   * To be called once a frame.
   * @param ticks - by which all claims are judged
   */
  show(verdicts: readonly Verdict[], ticks: number): void
}

/** The sign before a claim, and its meaning. */
const MARKS = { undecided: '–', holds: '✓', fails: '✗' } as const

export function createClaims(): Claims {
  const box = document.createElement('details')
  box.className = 'claims'
  box.hidden = true
  const summary = document.createElement('summary')
  const dots = element('span', 'dots')
  dots.ariaHidden = 'true'
  const count = element('span')
  summary.append(dots, count)
  const list = document.createElement('ul')
  box.append(summary, list)
  let shown: readonly Verdict[] = []

  const build = (verdicts: readonly Verdict[]): void => {
    box.hidden = verdicts.length === 0
    dots.replaceChildren(...verdicts.map(() => element('i')))
    list.replaceChildren(
      ...verdicts.map(({ claim }) => {
        const item = document.createElement('li')
        const mark = element('span', 'mark')
        mark.role = 'img'
        const text = element('span')
        text.textContent = claim.replace('>=', '≥').replace('<=', '≤')
        item.append(mark, text, element('span', 'found'))
        return item
      }),
    )
  }

  return {
    element: box,
    show(verdicts, ticks) {
      if (verdicts === shown) return
      if (verdicts.map(({ claim }) => claim).join('\n') !== shown.map(({ claim }) => claim).join('\n'))
        build(verdicts)
      shown = verdicts
      const word = verdicts.length === 1 ? 'claim' : 'claims'
      const isOpen = verdicts.every(({ state }) => state === 'undecided')
      // The line is not longer than with the dots later: what follows it stays where it is.
      dots.hidden = isOpen
      const holding = verdicts.filter(({ state }) => state === 'holds').length
      const failing = verdicts.filter(({ state }) => state === 'fails').length
      const fails = failing === 0 ? '' : `, ${failing} ${failing === 1 ? 'fails' : 'fail'}`
      assign(count, {
        textContent: isOpen
          ? `${verdicts.length} ${word}, judged by tick ${ticks.toLocaleString('en')}`
          : `${holding} of ${verdicts.length} ${word} ${verdicts.length === 1 ? 'holds' : 'hold'}${fails}`,
      })
      verdicts.forEach(({ state, found }, index) => {
        const [item, dot] = [list.children[index], dots.children[index]]
        if (!(item instanceof HTMLElement) || !(dot instanceof HTMLElement)) return
        for (const one of [item, dot]) if (one.dataset.state !== state) one.dataset.state = state
        const [mark, , value] = item.children
        assign(mark as Element, { textContent: MARKS[state], ariaLabel: state })
        assign(value as Element, { textContent: found })
      })
    },
  }
}
