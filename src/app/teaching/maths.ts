/** The diagram of a network and its equations, below a heading that opens them. */
import type { Model } from '../../core/model/model.ts'
import { element } from './element.ts'
import { typeset } from './typeset.ts'

export interface Maths {
  readonly element: HTMLElement
  /** Shows another network. */
  open(model: Model): void
  /** Updates changed equations to the values of a model. */
  update(model: Model): void
}

/** @param toggled - called when the reader opens or closes them */
export function createMaths(toggled: () => void): Maths {
  const details = document.createElement('details')
  details.className = 'maths'
  details.innerHTML = '<summary>Network and equations</summary><div class="picture"></div><dl></dl>'
  const part = (selector: string): HTMLElement => details.querySelector(selector) as HTMLElement
  let shown: Model | undefined
  let drawn = ''

  /** Loaded with the first opening. */
  const load = () => Promise.all([import('./equations.ts'), import('./diagram.ts')])

  const draw = async (): Promise<void> => {
    if (!details.open) return
    const [{ equationsOf }, { diagramOf }] = await load()
    if (shown === undefined) return
    const equations = equationsOf(shown)
    const key = JSON.stringify(equations)
    if (key === drawn) return
    drawn = key
    part('.picture').innerHTML = diagramOf(shown)
    part('dl').replaceChildren(
      ...equations.flatMap(({ title, lines }) => {
        const term = element('dt')
        term.textContent = title
        const all = lines.map((line) => {
          const one = element('dd')
          typeset(one, line, true)
          return one
        })
        return [term, ...all]
      }),
    )
  }
  const show = (): void => {
    draw().catch(() => (part('.picture').textContent = 'The equations cannot be loaded; reload the page.'))
  }
  details.addEventListener('toggle', () => {
    toggled()
    show()
  })

  const update = (model: Model): void => {
    shown = model
    show()
  }
  return {
    element: details,
    open(model) {
      drawn = ''
      update(model)
    },
    update,
  }
}
