/** A scenario without probes: probes that fit it, as buttons that add them. */
import type { Messages } from '../messages.ts'
import type { Workplace } from '../session/workplace.ts'
import { fittingProbes } from './probes.ts'

/** Shows the offer in the place of the plots, where there are none. */
export function offerProbes(place: HTMLElement, workplace: Workplace, messages: Messages): void {
  const scenario = workplace.opened?.simulation.model.scenario
  if (scenario === undefined || !place.hidden) return
  const offers = fittingProbes(scenario)
  if (offers.length === 0) return
  const element = document.createElement('section')
  element.className = 'plot offer'
  element.innerHTML =
    '<header><h2>Probes</h2></header><p>Add a probe to see numbers over time:</p><div></div>'
  const list = element.querySelector('div') as HTMLElement
  list.append(
    ...offers.map(({ name, spec, description }) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = name
      button.title = description
      button.addEventListener('click', () => {
        void workplace.set(`probes.${name}`, spec).then((done) => {
          if (done) messages.notice(`The probe ${name} is added. Ctrl+Z takes it back.`)
        })
      })
      return button
    }),
  )
  place.replaceChildren(element)
  place.hidden = false
}
