/** A line of buttons, one for each class that rows can be chosen from. */

export interface Classes {
  /** Labels, in order. */
  readonly all: readonly number[]
  readonly chosen: readonly number[]
}

/**
 * Fills a line with the classes there are, and hides it where there is no choice.
 * @param choose - called with the classes that are to be chosen
 */
export function showClasses(
  line: HTMLElement,
  classes: Classes | undefined,
  choose: (next: readonly number[]) => void,
): void {
  line.hidden = classes === undefined || classes.all.length < 2
  if (classes === undefined) return
  const chips = classes.all.map((label) => createChip(label, classes.chosen, choose))
  const focused = [...line.querySelectorAll('button')].indexOf(document.activeElement as HTMLButtonElement)
  const text = document.createElement('span')
  text.textContent = 'Classes'
  line.replaceChildren(text, ...chips)
  chips[focused]?.focus()
}

/** A button that puts a class among the chosen ones, or takes it out. */
function createChip(
  label: number,
  chosen: readonly number[],
  choose: (next: readonly number[]) => void,
): HTMLButtonElement {
  const chip = document.createElement('button')
  chip.type = 'button'
  chip.className = 'chip'
  chip.textContent = String(label)
  const isChosen = chosen.includes(label)
  chip.setAttribute('aria-pressed', String(isChosen))
  chip.addEventListener('click', () =>
    choose(isChosen ? chosen.filter((one) => one !== label) : [...chosen, label].sort((a, b) => a - b)),
  )
  return chip
}
