/** The key of a plot: a button for each line, with its value under the cursor, that hides and shows it. */
import { format3 } from '../format.ts'
import type { Chart, History, Line } from './history.ts'
import type { Palette } from './shown.ts'

export interface Key {
  /** @param index - of the time whose values are shown; absent = the last */
  show(chart: Chart, index: number | undefined): void
}

/** @param toggle - hides a line or shows it */
export function createKey(
  place: HTMLElement,
  { plot }: Pick<History, 'plot'>,
  palette: Palette,
  isHidden: (line: Line) => boolean,
  toggle: (line: Line) => void,
): Key {
  const buttons = new Map<string, HTMLButtonElement>()
  return {
    show(chart, index) {
      const { lines } = chart
      for (const [id, button] of buttons) {
        if (lines.some((line) => line.id === id)) continue
        button.remove()
        buttons.delete(id)
      }
      let before: Element | null = null
      for (const line of lines) {
        let button = buttons.get(line.id)
        if (button === undefined) {
          button = createKeyButton(line, toggle)
          buttons.set(line.id, button)
        }
        if (before === null ? place.firstElementChild !== button : before.nextElementSibling !== button) {
          if (before === null) place.prepend(button)
          else before.after(button)
        }
        before = button
        button.disabled = lines.length === 1
        button.setAttribute('aria-pressed', String(!isHidden(line)))
        button.style.setProperty('--colour', `var(${palette.of(line.id)})`)
        const [name, value] = button.children as unknown as [HTMLElement, HTMLElement]
        name.textContent = line.label
        const text = valueText(plot, chart, line, index)
        value.textContent = text
        // Keeps its width if there are fewer digits for a time, so that lines of the key wrap at once or never.
        const longest = Number(value.dataset.longest ?? 0)
        if (text.length <= longest) continue
        const width = Math.max(text.length, line.band === undefined ? 0 : USUAL)
        value.dataset.longest = String(width)
        value.style.minWidth = `${0.9 * width}ch`
      }
    },
  }
}

/** The letters of most values with a band. */
const USUAL = '0.123 (0.123 to 0.123)'.length

/** The value of a line, with its band; without an index the last. */
export function valueText(
  { isShare }: History['plot'],
  { lines }: Chart,
  line: Line,
  index?: number,
): string {
  const text = (values: Line['values']): string => {
    const value = values[index ?? values.length - 1] ?? null
    if (value === null) return '–'
    if (isShare && lines.length > 1) return value.toFixed(lines.length > 4 ? 2 : 3).replace('-', '−')
    return format3(value)
  }
  const value = text(line.values)
  return line.band === undefined ? value : `${value} (${text(line.band.low)} to ${text(line.band.high)})`
}

function createKeyButton(line: Line, toggle: (line: Line) => void): HTMLButtonElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.dataset.line = line.id
  // The key may cut the name.
  button.title =
    line.band === undefined
      ? `Hide or show ${line.label}`.trim()
      : `${line.label} (lowest to highest of the replicas)`
  button.append(document.createElement('b'), document.createElement('span'))
  button.addEventListener('click', () => toggle(line))
  return button
}
