/** The tool strip below the main picture: what the pointer does, and two panels for cue and memories. */

/** Callbacks of the strip. */
export interface Control {
  refresh(): void
}

export type Tool = 'look' | 'paint' | 'pick'
export type InkName = 'plus' | 'minus' | 'blank'

/** Elements of the strip by their `data-part`. */
export interface Strip {
  readonly element: HTMLElement
  part(name: string): HTMLElement
  /** Marks one button of a group as pressed. */
  press(group: string, value: string): void
  pressed(group: string): string
  /** True while the panel of that name is open. */
  isOpen(panel: string): boolean
}

const ICONS = {
  look: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z',
  paint: 'M13.6 2.4 7 9M5.6 9.4c-1.6 0-1.6 2.6-3.6 3.2 1.4 1 4.8.9 5.2-1.4A1.6 1.6 0 0 0 5.6 9.4z',
  pick: 'M8 2.5v11M2.5 8h11M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z',
}

const ERASER = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M6 13.5 2 9.5 9 2.5l4.5 4.5L7 13.5zM5.5 6l4.5 4.5M7 13.5h6.5" /></svg>`

const tool = (value: Tool, label: string, title: string): string => `
  <button type="button" data-group="tool" data-value="${value}" aria-pressed="false" aria-label="${label}" title="${title}">
    <svg viewBox="0 0 16 16" aria-hidden="true"><path d="${ICONS[value]}" /></svg>
    <span class="strip-word">${label}</span>
  </button>`

const ink = (value: InkName, label: string, title: string): string => `
  <button type="button" data-group="ink" data-value="${value}" aria-pressed="false" aria-label="${title}" title="${title}">${label}</button>`

const HTML = `
  <div class="segmented" role="group" aria-label="What the pointer does">
    ${tool('look', 'Look', 'Look: a click makes a picture large; in the large one, a click on a memory makes it the cue')}
    ${tool('paint', 'Paint', 'Paint the state of a layer; at tick 0, and where it is held, its cue')}
    ${tool('pick', 'Pick', 'Pick: click a memory to make it the cue (with shift, of all replicas); click a state to choose its replica')}
  </div>
  <div class="strip-context" data-for="paint">
    <div class="segmented" role="group" aria-label="Brush">
      ${ink('plus', '+', 'Paint the largest value')}
      ${ink('minus', '−', 'Paint the smallest value')}
      ${ink('blank', ERASER, 'Erase: paint the neutral value')}
    </div>
    <label title="Diameter of the brush, in neurons"><span class="strip-hidden">Brush size</span>
      <input type="range" data-part="size" min="1" max="9" step="1" value="3" /></label>
  </div>
  <div class="strip-context" data-for="pick">
    <label data-part="whose">replica <input type="text" data-part="replica" value="0" /></label>
    <label data-part="all-label"><input type="checkbox" data-part="all" /> all</label>
  </div>
  <div class="strip-panels">
    <div class="strip-place">
      <button type="button" data-opens="cue" aria-expanded="false" aria-controls="cue-panel">Cue</button>
      <div class="strip-panel" id="cue-panel" role="group" aria-label="Cue" data-panel="cue" hidden>
        <p class="strip-line">
          <label>Damage <select data-part="damage"></select></label>
          <input type="range" data-part="amount" min="0" max="1" step="0.01" aria-label="Amount of damage" />
          <output data-part="amount-text"></output>
        </p>
        <p class="strip-line strip-chips" data-part="cue-classes"></p>
        <p class="strip-line"><button type="button" data-part="blank" title="Sets the cue of the chosen replica to 0, to be painted on; between start and end of a run, its state">Clear</button>
          <small data-part="cue-note"></small></p>
      </div>
    </div>
    <div class="strip-place">
      <button type="button" data-opens="memory" aria-expanded="false" aria-controls="memory-panel">Memory</button>
      <div class="strip-panel" id="memory-panel" role="group" aria-label="Memory" data-panel="memory" hidden>
        <p class="strip-line"><label data-part="store-label">in <select data-part="store"></select></label>
          <button type="button" data-part="keep" title="Writes the state of the chosen replica into a row of zeros, else into the one least used; a hebbian coupling gets one pattern more">Store state</button>
          <button type="button" data-part="images" title="PNG, JPEG or WebP files become rows; they can be dropped on the page, too">Images…</button>
          <input type="file" data-part="files" accept="image/*,.npy,.csv,.tsv,.txt,.mat,.safetensors" multiple hidden aria-label="Images or arrays" /></p>
        <p class="strip-line"><label>row <input type="text" data-part="row" placeholder="–" /></label>
          <button type="button" data-part="replace" title="Writes the state of the chosen replica into this row">Replace</button>
          <button type="button" data-part="forget" title="Sets this row to 0">Forget</button>
          <button type="button" data-part="show" title="Makes this row the cue of the chosen replica; with shift, of all">Show</button></p>
        <p class="strip-line strip-chips" data-part="memory-classes"></p>
      </div>
    </div>
  </div>`

export function createStrip(place: HTMLElement, control: Control): Strip {
  place.classList.add('strip')
  place.setAttribute('role', 'toolbar')
  place.setAttribute('aria-label', 'Hands on')
  place.innerHTML = HTML
  const part = (name: string): HTMLElement => place.querySelector(`[data-part="${name}"]`) as HTMLElement
  const group = (name: string): HTMLButtonElement[] => [
    ...place.querySelectorAll<HTMLButtonElement>(`[data-group="${name}"]`),
  ]
  const press = (name: string, value: string): void => {
    for (const button of group(name))
      button.setAttribute('aria-pressed', String(button.dataset.value === value))
  }
  const openers = [...place.querySelectorAll<HTMLButtonElement>('[data-opens]')]
  const panelOf = (opener: HTMLButtonElement): HTMLElement =>
    place.querySelector(`[data-panel="${opener.dataset.opens ?? ''}"]`) as HTMLElement
  const show = (opener: HTMLButtonElement, isOpen: boolean): void => {
    panelOf(opener).hidden = !isOpen
    opener.setAttribute('aria-expanded', String(isOpen))
  }
  const close = (): void => {
    for (const opener of openers) show(opener, false)
  }
  for (const opener of openers) {
    opener.addEventListener('click', () => {
      const isOpen = !panelOf(opener).hidden
      close()
      show(opener, !isOpen)
      if (!isOpen) control.refresh()
    })
  }
  place.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    const opener = openers.find((one) => !panelOf(one).hidden)
    if (opener === undefined) return
    event.stopPropagation()
    close()
    opener.focus()
  })
  for (const name of ['tool', 'ink'])
    for (const button of group(name))
      button.addEventListener('click', () => {
        press(name, button.dataset.value as string)
        control.refresh()
      })
  press('tool', 'look')
  press('ink', 'plus')
  return {
    element: place,
    part,
    press,
    pressed: (name) =>
      group(name).find((button) => button.getAttribute('aria-pressed') === 'true')?.dataset.value ?? '',
    isOpen: (panel) => openers.some((opener) => opener.dataset.opens === panel && !panelOf(opener).hidden),
  }
}
