/// <reference types="@webgpu/types" preserve="true" />
/**
 * `<engram-network src="scenario.json" controls="beta, tau">`: a network in any page. The entry `engram/element`; see
 * docs/embed.md.
 */
import '../boot/locale.ts'
import type { Sample } from '../../core/run/series.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import { type Embed, createEmbed } from './embed.ts'
import { schemeAround } from './scheme.ts'
import { fetchedSource, givenSource } from './source.ts'
import { sheetOfStyles } from './styles.ts'
import { type View, VIEWS, paceOf } from './words.ts'
import { ModelError } from '../../core/errors.ts'

export type { Sample, Simulation, View }

/** Milliseconds between two checks of the colours of the surrounding page. */
const SCHEME_INTERVAL = 500

/** Events of the element; none of them bubbles. */
export interface EngramNetworkEvents {
  /** The network can run: `simulation` is there. */
  load: CustomEvent<Simulation>
  /** There is no network, or no longer; the detail is the line that the element shows. */
  error: CustomEvent<string>
  /** It plays from now on, or no longer. */
  playing: CustomEvent<boolean>
  /** A sample of a probe. */
  sample: CustomEvent<Sample>
}

export class EngramNetwork extends HTMLElement {
  static readonly observedAttributes = ['src', 'controls', 'view', 'speed', 'scheme']

  readonly #root = this.attachShadow({ mode: 'open' })
  #embed: Embed | undefined
  #given: { readonly scenario: unknown; readonly base: string } | undefined
  #isDue = false
  #isSeen = false
  #wantsPlay = false
  #schemeAt = -Infinity
  readonly #sight = new IntersectionObserver((entries) => {
    this.#isSeen = entries.at(-1)?.isIntersecting === true
  })

  /** The running network, a result of `createSimulation`; undefined until the event `load`. */
  get simulation(): Simulation | undefined {
    return this.#embed?.simulation
  }

  get src(): string {
    return this.getAttribute('src') ?? ''
  }
  set src(next: string) {
    this.setAttribute('src', next)
  }

  get controls(): string {
    return this.getAttribute('controls') ?? ''
  }
  set controls(next: string) {
    this.setAttribute('controls', next)
  }

  get view(): View {
    const given = this.getAttribute('view') ?? 'full'
    return VIEWS.find((one) => one === given) ?? 'full'
  }
  set view(next: View) {
    this.setAttribute('view', next)
  }

  get speed(): string {
    return this.getAttribute('speed') ?? ''
  }
  set speed(next: string) {
    this.setAttribute('speed', next)
  }

  get autoplay(): boolean {
    return this.hasAttribute('autoplay')
  }
  set autoplay(next: boolean) {
    this.toggleAttribute('autoplay', next)
  }

  /** A scenario in place of `src`; `undefined` takes `src` again. */
  get scenario(): unknown {
    return this.#given?.scenario
  }
  set scenario(next: unknown) {
    this.open(next)
  }

  /**
   * Opens a scenario in place of the one of `src`.
   * @param scenario - as in a file, parsed, or a promise of it; undefined = that of `src`
   * @param base - address that the files it names are relative to; absent = that of the page
   */
  open(scenario: unknown, base = document.baseURI): void {
    this.#given = scenario === undefined || scenario === null ? undefined : { scenario, base }
    this.#startSoon()
  }

  /** Plays, as soon as a network is loaded. */
  play(): void {
    this.#wantsPlay = true
    this.#embed?.play()
  }

  pause(): void {
    this.#wantsPlay = false
    this.#embed?.pause()
  }

  /** Pauses at tick 0; parameters are unchanged. */
  async reset(): Promise<void> {
    this.#wantsPlay = false
    await this.#embed?.reset()
  }

  /** Pauses, and advances by some ticks. */
  async step(ticks = 1): Promise<void> {
    this.#wantsPlay = false
    await this.#embed?.step(ticks)
  }

  /**
   * Changes a value, such as `neurons.hidden.lagrangian.beta`, as a control does.
   * @returns false if it was refused; the element then shows the reason
   */
  async set(path: string, value: unknown): Promise<boolean> {
    return (await this.#embed?.set(path, value)) ?? false
  }

  connectedCallback(): void {
    this.#root.adoptedStyleSheets = [sheetOfStyles()]
    this.#sight.observe(this)
    this.#startSoon()
  }

  disconnectedCallback(): void {
    // A moved element is disconnected for a moment.
    queueMicrotask(() => {
      if (this.isConnected) return
      this.#sight.unobserve(this)
      this.#isSeen = false
      this.#close()
    })
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return
    if (name === 'speed') this.#showSpeed()
    else if (name === 'scheme') this.#showScheme()
    else this.#startSoon()
  }

  /** Runs once for all changes in a task. */
  #startSoon(): void {
    if (this.#isDue) return
    this.#isDue = true
    queueMicrotask(() => {
      this.#isDue = false
      if (this.isConnected && !(this.#embed !== undefined && this.#isAsStarted())) this.#start()
    })
  }

  #started = ''
  #startedFrom: unknown

  /** A moved element continues. */
  #isAsStarted(): boolean {
    return this.#started === this.#wanted() && this.#startedFrom === this.#given
  }

  #wanted(): string {
    return JSON.stringify(['src', 'controls', 'view'].map((name) => this.getAttribute(name)))
  }

  #close(): void {
    this.#embed?.destroy()
    this.#embed = undefined
  }

  #start(): void {
    this.#close()
    this.#started = this.#wanted()
    this.#startedFrom = this.#given
    const { view } = this
    this.dataset.view = view
    this.#showScheme()
    const embed = createEmbed(
      this.#root,
      {
        view,
        controls: this.getAttribute('controls') ?? undefined,
        source: () => this.#source(),
        isSeen: () => this.#isSeen,
      },
      {
        loaded: () => {
          this.#showSpeed()
          this.#send('load', embed.simulation)
          const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches
          if (this.#wantsPlay || (this.autoplay && !isStill)) embed.play()
        },
        failed: (text) => this.#send('error', text),
        playing: (playing) => this.#send('playing', playing),
        sample: (sample) => this.#send('sample', sample),
        frame: (now) => {
          if (now - this.#schemeAt < SCHEME_INTERVAL) return
          this.#schemeAt = now
          this.#showScheme()
        },
      },
    )
    this.#embed = embed
    const stated = this.getAttribute('view')
    if (stated !== null && stated !== view)
      embed.tell('view', [`view: "${stated}" is no view; write ${VIEWS.join(', ')}`])
    this.#showSpeed()
  }

  async #source(): ReturnType<typeof fetchedSource> {
    if (this.#given !== undefined) return givenSource(await this.#given.scenario, this.#given.base)
    if (this.src === '') throw new ModelError('src is missing; give the address of a scenario')
    return fetchedSource(this.src, this.baseURI)
  }

  #showSpeed(): void {
    const pace = this.speed === '' ? undefined : paceOf(this.speed)
    this.#embed?.tell('speed', typeof pace === 'string' ? [pace] : [])
    if (typeof pace === 'number') this.#embed?.setPace(pace)
  }

  #showScheme(): void {
    const scheme = schemeAround(this, this.getAttribute('scheme'))
    if (this.dataset.scheme === scheme) return
    this.dataset.scheme = scheme
    this.#embed?.recolour()
  }

  #send(type: keyof EngramNetworkEvents, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}

if (customElements.get('engram-network') === undefined) customElements.define('engram-network', EngramNetwork)

/** The part of anywidget's model that is used. */
export interface WidgetModel {
  get(name: string): unknown
  on(event: string, listener: () => void): void
  off(event: string, listener: () => void): void
}

/** Traits that are attributes of the element. */
const TRAITS = ['src', 'controls', 'view', 'speed', 'scheme', 'autoplay'] as const

/**
 * Shows a network as a widget of a notebook. Traits: those of the attributes, `scenario` in place of `src`, `height` in
 * CSS units.
 * @returns a function that removes the widget
 */
function render({ model, el }: { readonly model: WidgetModel; readonly el: HTMLElement }): () => void {
  const element = new EngramNetwork()
  const follow = (): void => {
    for (const name of TRAITS) {
      const value = model.get(name)
      // An empty list means no controls, not the default ones.
      const isText = typeof value === 'number' || (typeof value === 'string' && value !== '')
      if (isText || (value === '' && name === 'controls')) element.setAttribute(name, String(value))
      else element.toggleAttribute(name, value === true)
    }
    const given = model.get('scenario')
    // A Python dictionary is initially empty.
    const scenario = Object.keys(Object(given) as object).length === 0 ? undefined : given
    if (scenario !== element.scenario) element.scenario = scenario
    const height = model.get('height')
    if (typeof height === 'string') element.style.height = height
  }
  const changes = [...TRAITS, 'scenario', 'height'].map((name) => `change:${name}`)
  for (const change of changes) model.on(change, follow)
  follow()
  el.append(element)
  return () => {
    for (const change of changes) model.off(change, follow)
    element.remove()
  }
}

export default { render }
