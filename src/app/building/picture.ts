/** The graph of a draft as a picture that keys and the pointer change. */
import { type Box, type Graph, graphOf, nextBox } from './graph.ts'
import type { Keys } from './schema.ts'

export interface PictureActions {
  select(keys: Keys): void
  /** Goes to what can be added. */
  add(): void
  /** Goes to the form of the selected entry. */
  enter(): void
  /** The layer of the patterns and the layer with a neuron for each, of the memory that would connect two layers. */
  ends(from: string, to: string): readonly [string, string]
  connect(from: string, to: string): void
  remove(keys: Keys): void
  /** Shows the next step in a line; empty = none. */
  tell(text: string): void
}

export interface Picture {
  show(raw: unknown, selected: Keys, fault: Keys | undefined): void
  /** Moves the focus to the selected entry, or to the first. */
  focus(): void
  /** Begins to connect a layer with the next one that is chosen. */
  beginConnection(layer: string): void
}

const SVG = 'http://www.w3.org/2000/svg'
/** Pixels after which a press is a drag. */
const DRAG = 6

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

function make(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  text?: string,
): SVGElement {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  // The name of an element is read from its texts.
  if (text !== undefined) element.textContent = `${text} `
  return element
}

export function createPicture(place: HTMLElement, actions: PictureActions): Picture {
  const svg = make('svg', { role: 'group', 'aria-label': 'Layers and couplings' }) as SVGSVGElement
  place.append(svg)
  let graph: Graph = { boxes: [], lines: [], width: 0, height: 0 }
  let selected = ''
  /** The layer to connect with the next one. */
  let pending: string | undefined

  const elementOf = (id: string): SVGGElement | null => svg.querySelector(`[data-id="${CSS.escape(id)}"]`)
  const boxOf = (target: EventTarget | null): Box | undefined => {
    const id = target instanceof Element ? target.closest<SVGGElement>('[data-id]')?.dataset.id : undefined
    return graph.boxes.find((box) => box.id === id)
  }
  /** @param to - the other layer, if it is in sight */
  const told = (layer: string, to = ''): string => {
    const own = `c for synapses of ${layer} itself.`
    if (to === '' || to === layer) return `Choose the layer to connect ${layer} with, Enter; ${own}`
    const [patterns, rows] = actions.ends(layer, to)
    return `Enter: memory of patterns of ${patterns}, with a neuron of ${rows} for each; ${own}`
  }
  const wait = (layer: string | undefined, to?: string): void => {
    pending = layer
    svg.classList.toggle('connecting', layer !== undefined)
    for (const element of svg.querySelectorAll<SVGGElement>('[data-id]'))
      element.classList.toggle('from', element.dataset.id === `neurons.${layer}`)
    actions.tell(layer === undefined ? '' : told(layer, to))
  }
  const choose = (box: Box): void => {
    if (pending === undefined || !box.isLayer) {
      actions.select(box.keys)
      return
    }
    const from = pending
    wait(undefined)
    actions.connect(from, box.name)
  }

  // Chromium makes an SVG with such a listener a tab stop.
  place.addEventListener('focusin', ({ target }) => {
    const box = boxOf(target)
    if (box === undefined) return
    if (pending !== undefined) wait(pending, box.name)
    else if (box.id !== selected) actions.select(box.keys)
  })
  svg.addEventListener('keydown', (event) => {
    const box = boxOf(event.target)
    if (box === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const arrow = ARROWS[event.key]
    const took = (): void => {
      event.preventDefault()
      event.stopPropagation()
    }
    if (arrow !== undefined) {
      took()
      const boxes = graph.boxes.filter(({ isLayer }) => isLayer || pending === undefined)
      const next = nextBox(boxes, box, ...arrow)
      if (next !== undefined) elementOf(next.id)?.focus()
    } else if (event.key === 'Enter' || event.key === ' ') {
      took()
      if (pending === undefined) actions.enter()
      else if (pending !== box.name) choose(box)
    } else if (event.key.toLowerCase() === 'c' && box.isLayer) {
      took()
      if (pending === undefined) wait(box.name)
      else choose(box)
    } else if (event.key.toLowerCase() === 'a') {
      took()
      actions.add()
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      took()
      actions.remove(box.keys)
    } else if (event.key === 'Escape' && pending !== undefined) {
      took()
      wait(undefined)
    }
  })

  // A line drawn from one layer to another.
  svg.addEventListener('pointerdown', (event) => {
    const box = boxOf(event.target)
    if (box === undefined || event.button !== 0) return
    event.preventDefault()
    const start = { x: event.clientX, y: event.clientY }
    let thread: SVGElement | undefined
    const move = (moved: PointerEvent): void => {
      if (!box.isLayer) return
      if (thread === undefined && Math.hypot(moved.clientX - start.x, moved.clientY - start.y) < DRAG) return
      thread ??= svg.appendChild(make('path', { class: 'thread' }))
      const point = new DOMPoint(moved.clientX, moved.clientY).matrixTransform(svg.getScreenCTM()?.inverse())
      thread.setAttribute('d', `M${box.x} ${box.y}L${point.x} ${point.y}`)
    }
    const stop = (): void => {
      removeEventListener('pointermove', move)
      removeEventListener('pointerup', end)
      removeEventListener('pointercancel', stop)
      thread?.remove()
    }
    const end = (ended: PointerEvent): void => {
      const isDrag = thread !== undefined
      stop()
      const over = boxOf(document.elementFromPoint(ended.clientX, ended.clientY))
      if (!isDrag) {
        elementOf(box.id)?.focus()
        choose(box)
      } else if (over?.isLayer === true && over !== box) actions.connect(box.name, over.name)
    }
    addEventListener('pointermove', move)
    addEventListener('pointerup', end)
    addEventListener('pointercancel', stop)
  })

  return {
    show(raw, keys, fault) {
      selected = keys.join('.')
      const focused = svg.contains(document.activeElement)
      const waiting = pending === undefined ? undefined : boxOf(document.activeElement)?.id
      graph = graphOf(raw)
      const { width, height } = graph
      svg.setAttribute('viewBox', `0 0 ${width} ${height}`)
      svg.setAttribute('width', String(width))
      svg.setAttribute('height', String(height))
      const marker = make('marker', {
        id: 'builder-arrow',
        viewBox: '0 0 8 8',
        refX: 7,
        refY: 4,
        markerWidth: 7,
        markerHeight: 7,
        orient: 'auto-start-reverse',
      })
      marker.append(make('path', { d: 'M0 0.5 7.5 4 0 7.5z' }))
      const entry = graph.boxes.some(({ id }) => id === selected) ? selected : graph.boxes[0]?.id
      svg.replaceChildren(
        marker,
        ...graph.lines.map(({ path, hasArrow, coupling, layer }) =>
          make('path', {
            class: [coupling, layer].includes(selected) ? 'line near' : 'line',
            d: path,
            ...(hasArrow ? { 'marker-end': 'url(#builder-arrow)' } : {}),
          }),
        ),
        ...graph.boxes.map((box) => drawn(box, box.id === entry, box.id === selected, isIn(box, fault))),
        ...graph.lines.flatMap(({ end }) =>
          end === undefined
            ? []
            : [make('text', { class: 'end', x: end.x, y: end.y, 'text-anchor': 'middle' }, end.text)],
        ),
      )
      wait(pending, graph.boxes.find(({ id }) => id === waiting)?.name)
      // The layer to connect with may already be another than the chosen one.
      const target = (waiting === undefined ? null : elementOf(waiting)) ?? elementOf(entry ?? '')
      if (focused) target?.focus()
    },
    focus() {
      const box = elementOf(selected) ?? svg.querySelector<SVGGElement>('[tabindex="0"]')
      // Without a box the next thing to do is to add one.
      if (box === null) actions.add()
      else box.focus()
    },
    beginConnection(layer) {
      wait(layer)
      elementOf(`neurons.${layer}`)?.focus()
    },
  }
}

function isIn({ keys }: Box, fault: Keys | undefined): boolean {
  return fault !== undefined && keys.every((key, index) => fault[index] === key)
}

function drawn(box: Box, isEntry: boolean, isSelected: boolean, isFaulty: boolean): SVGElement {
  const { id, name, lines, x, y, width, height, isLayer, shape } = box
  const letters = 15
  const group = make('g', {
    class: [isLayer ? 'layer' : 'coupling', isSelected ? 'selected' : '', isFaulty ? 'faulty' : ''].join(' '),
    role: 'button',
    tabindex: isEntry ? 0 : -1,
    'data-id': id,
    transform: `translate(${x - width / 2} ${y - height / 2})`,
    'aria-description': [isLayer ? 'layer' : 'coupling', isFaulty ? 'has a fault' : '']
      .filter((part) => part !== '')
      .join(', '),
    ...(isSelected ? { 'aria-current': 'true' } : {}),
  })
  if (name.length > letters) group.setAttribute('aria-label', [name, ...lines].join(' '))
  group.append(make('rect', { width, height, rx: isLayer ? 7 : height / 2 }))
  if (name.length > letters) group.append(make('title', {}, name))
  if (isLayer) group.append(...glyph(shape, height))
  const left = isLayer ? 46 : width / 2
  const anchor = isLayer ? 'start' : 'middle'
  const first = height / 2 - (lines.length - 1) * 8 + (isLayer ? -5 : -3)
  group.append(
    make('text', { class: 'name', x: left, y: first, 'text-anchor': anchor }, short(name, letters)),
  )
  lines.forEach((line, index) =>
    group.append(
      make(
        'text',
        { class: 'line-text', x: left, y: first + 15 + 14 * index, 'text-anchor': anchor },
        short(line, isLayer ? 19 : 20),
      ),
    ),
  )
  return group
}

/** The shape of a layer: an image, several images, or a column of neurons; larger for more neurons. */
function glyph(shape: readonly number[], height: number): SVGElement[] {
  const count = shape.reduce((product, length) => product * length, 1)
  const [rows, columns] = shape.length < 2 ? [4, 1] : [shape.at(-2)!, shape.at(-1)!]
  const reach = Math.min(30, 10 + 2.6 * Math.log2(1 + count))
  const scale = reach / Math.max(rows, columns)
  const [w, h] = [Math.max(5, columns * scale), Math.max(5, rows * scale)]
  const images = shape.length > 2 ? Math.min(3, shape[0]!) : 1
  return Array.from({ length: images }, (_, index) =>
    make('rect', {
      class: 'glyph',
      x: 23 - w / 2 + 3 * (index - (images - 1) / 2),
      y: height / 2 - h / 2 + 3 * (index - (images - 1) / 2),
      width: w,
      height: h,
      rx: 1.5,
    }),
  )
}

function short(text: string, letters: number): string {
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text
}
