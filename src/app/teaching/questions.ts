/** The questions of a lesson: choices as buttons, or an answer that is revealed. Nothing is stored. */
import { rightChoice } from '../../core/model/lesson-parts.ts'
import type { Question } from '../../core/model/schema.ts'
import type { Renderer } from './text/render.ts'

/** The questions below a heading that opens them. */
export function questionsOf(questions: readonly Question[], text: Renderer): HTMLElement {
  const box = document.createElement('details')
  box.className = 'questions'
  const summary = document.createElement('summary')
  summary.textContent = questions.length === 1 ? 'A question' : `${questions.length} questions`
  const list = document.createElement('ol')
  list.append(...questions.map((one) => questionOf(one, text)))
  box.append(summary, list)
  return box
}

function questionOf(question: Question, text: Renderer): HTMLElement {
  const { ask, choices, answer, because } = question
  const item = document.createElement('li')
  const asked = document.createElement('div')
  asked.className = 'ask'
  asked.append(text.blocks(ask))
  const verdict = document.createElement('div')
  verdict.className = 'verdict'
  verdict.role = 'status'
  const reason = (): DocumentFragment =>
    because === undefined ? new DocumentFragment() : text.blocks(because)
  const tell = (state: 'right' | 'wrong' | 'told', words: string | DocumentFragment): void => {
    verdict.dataset.state = state
    const first = document.createElement('p')
    first.append(words)
    verdict.replaceChildren(first, reason())
    verdict.scrollIntoView({ block: 'nearest' })
  }
  const buttons = document.createElement('div')
  buttons.className = 'choices'
  if (choices === undefined) {
    const reveal = document.createElement('button')
    reveal.type = 'button'
    reveal.textContent = 'Show the answer'
    reveal.ariaExpanded = 'false'
    reveal.addEventListener('click', () => {
      const isShown = reveal.ariaExpanded === 'true'
      reveal.ariaExpanded = String(!isShown)
      reveal.textContent = isShown ? 'Show the answer' : 'Hide the answer'
      if (isShown) {
        verdict.replaceChildren()
        delete verdict.dataset.state
      } else tell('told', text.line(String(answer)))
    })
    buttons.append(reveal)
  } else {
    const right = rightChoice({ choices, answer })
    const all = choices.map((choice, index) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.ariaPressed = 'false'
      const words = text.line(choice)
      // A button holds no other one: explained words are words here.
      for (const one of words.querySelectorAll('[tabindex], a, button')) one.replaceWith(...one.childNodes)
      button.append(words)
      button.addEventListener('click', () => {
        for (const one of all) {
          one.ariaPressed = String(one === button)
          delete one.dataset.state
        }
        const isRight = index === right
        button.dataset.state = isRight ? 'right' : 'wrong'
        tell(isRight ? 'right' : 'wrong', isRight ? '✓ Right.' : '✗ Not this one.')
      })
      return button
    })
    buttons.append(...all)
  }
  item.append(asked, buttons, verdict)
  return item
}
