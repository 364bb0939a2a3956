/** The button of a picture that opens its options. */
export function optionsButton(name: string, act: (anchor: HTMLElement) => void): HTMLButtonElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'figure-tool options-button'
  button.title = 'Colours and range'
  button.setAttribute('aria-label', `Colours and range of ${name}`)
  button.setAttribute('aria-haspopup', 'dialog')
  button.setAttribute('aria-expanded', 'false')
  button.innerHTML =
    '<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="3" cy="8" r="1.4"/><circle cx="8" cy="8" r="1.4"/><circle cx="13" cy="8" r="1.4"/></svg>'
  button.addEventListener('click', () => act(button))
  return button
}
