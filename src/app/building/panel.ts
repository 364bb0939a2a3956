/** The network as a draft: a graph, forms and a text, next to the running network, which follows every valid change. */
import './panel.css'
import { ModelError } from '../../core/errors.ts'
import { keysIn } from '../../core/model/path.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { differences } from '../editing/undo.ts'
import { keepFocus } from '../focus.ts'
import { type Messages, plainText, textOf } from '../messages.ts'
import type { Opened } from '../session/opened.ts'
import { stemOf } from '../sharing/exports.ts'
import type { Workplace } from '../session/workplace.ts'
import { type Fault, faultOf, readDraft, type Reading, textOfScenario } from './draft.ts'
import {
  ADDABLE,
  added,
  connected,
  type Edited,
  endsOf,
  NOUN,
  PARTS,
  switched,
  withConsequences,
  withEntry,
  withoutHint,
  withValue,
} from './edits.ts'
import type { Editor } from './editor.ts'
import { kindText } from './form.ts'
import { createInspector, WHOLE } from './inspector.ts'
import { layersIn, removed, renamed, THINGS } from './names.ts'
import { createPicture } from './picture.ts'
import { isObject, type Keys, ROOT, valueIn } from './schema.ts'
import { patched } from './text.ts'
import { createTexts, followed } from './texts.ts'
import { draftOf, drafts, WAITS } from './waiting.ts'

export interface Panel {
  readonly isOpen: boolean
  open(): void
  close(): void
  /** Takes over what has changed elsewhere. */
  refresh(): void
  /** Takes over the draft before or after a step that was undone or redone. */
  replayed(): void
  /** Resolves when no draft is being built, and none waits; undefined = now. */
  settled(): Promise<void> | undefined
}

const MARKUP = `
  <header>
    <h2>Network</h2>
    <p role="status"></p>
    <button type="button" data-act="discard" hidden>Discard draft</button>
    <button type="button" data-act="text" aria-pressed="false" title="The scenario as JSON">Text</button>
    <button type="button" data-act="close" class="tool" aria-label="Close the network">
      <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2 2l8 8M10 2l-8 8" /></svg>
    </button>
  </header>
  <div class="builder-tools">
    <select aria-label="What to add"></select>
    <button type="button" data-act="add">Add</button>
    <button type="button" data-act="connect" title="Connect the chosen layer with another (c)">Connect</button>
    <button type="button" data-act="remove" title="Remove what is chosen (Delete)">Remove</button>
    <button type="button" data-act="undo" title="Take back the last change (Ctrl+Z)" disabled>Undo</button>
    <button type="button" data-act="redo" title="Do it again (Ctrl+Shift+Z)" disabled>Redo</button>
  </div>
  <div class="builder-body">
    <div class="builder-view">
      <div class="builder-graph"></div>
      <div class="builder-lists"></div>
    </div>
    <div class="builder-form" role="group" aria-label="Values"></div>
  </div>
  <div class="builder-text" hidden></div>`

/** Parts that the graph does not draw. */
const LISTS = PARTS.filter(({ part }) => !(THINGS as readonly string[]).includes(part))
const WHOLE_KEYS = Object.keys(ROOT.entries ?? {}).filter(
  (key) => !key.startsWith('$') && !PARTS.some(({ part }) => part === key),
)

/**
 * @param place - where the panel goes
 * @param closed - `isLost`: what had the focus before is not there any more
 */
export function createPanel(
  place: HTMLElement,
  workplace: Workplace,
  messages: Messages,
  openFile: () => void,
  closed: (isLost: boolean) => void,
): Panel {
  const element = document.createElement('section')
  element.className = 'builder'
  element.setAttribute('aria-label', 'Network')
  element.hidden = true
  element.innerHTML = MARKUP
  // The headings of the plots follow its own.
  place.insertBefore(element, place.querySelector('.side'))
  const part = (selector: string): HTMLElement => element.querySelector(selector) as HTMLElement
  const button = (act: string): HTMLButtonElement => part(`[data-act=${act}]`) as HTMLButtonElement
  const status = part('[role=status]')
  const menu = part('.builder-tools select') as HTMLSelectElement
  const lists = part('.builder-lists')

  let text = ''
  let reading: Reading = {}
  /** The last draft that could be shown: that of the text, or the one before the text broke. */
  let raw: unknown = {}
  let fault: Fault | undefined
  let selected: Keys = WHOLE
  let hint = ''
  /** The scenario that runs, its text, and the one when it was opened. */
  let running: Scenario | undefined
  let runningText = ''
  const texts = createTexts()
  let home: Opened['home'] | undefined
  /** True while a network is being built from a draft. */
  let isBuilding = false
  /** Later drafts, which wait: each is a step to undo. */
  let waiting: string[] = []
  /** True if the draft has followed a step that was undone before its turn. */
  let isMoved = false
  /** True while the draft takes over a change of the network from elsewhere. */
  let isFollowing = false
  /** True for a draft that was made while a step is undone: it becomes a step after that. */
  let isHeld = false
  let atRest: (() => void)[] = []
  let editor: Promise<Editor> | undefined
  /** Gives the focus back to where it was before. */
  let refocus = keepFocus()

  /** Warnings of the scenario, which stand in this panel in place of messages. */
  const warnings = (): readonly string[] => workplace.opened?.simulation.model.warnings ?? []
  const say = (): void => {
    status.classList.toggle('fault', fault !== undefined && hint === '')
    status.textContent =
      hint !== ''
        ? hint
        : fault !== undefined
          ? `Draft, the network before runs on. ${plainText(fault.message)}`
          : isBuilding
            ? 'Builds…'
            : isBeginning(raw)
              ? 'Next: add a stimulus, synapses, a memory or another layer (a).'
              : ['Runs as drawn.', ...warnings().map(plainText)].join(' ')
    button('discard').hidden = fault === undefined
  }

  let drawnOf: readonly unknown[] = []
  const show = (): void => {
    const exists = selected.length === 0 || valueIn(raw, selected) !== undefined
    if (!exists) selected = WHOLE
    // Fields in which someone types stay as they are while nothing has changed.
    const of = [raw, selected.join('/'), fault?.message]
    if (!inspector.isChoosing && of.some((one, index) => one !== drawnOf[index])) {
      drawnOf = of
      picture.show(raw, selected, fault?.keys)
      showLists()
      inspector.show(raw, selected, fault)
    }
    const isLayer = selected[0] === 'neurons'
    button('connect').disabled = !isLayer
    button('remove').disabled = selected.length === 0
    say()
    void editor?.then((one) => one.show(text, fault))
  }

  const select = (keys: Keys): void => {
    selected = keys
    // The focus moves first: what is drawn anew keeps it.
    setTimeout(show)
  }

  /** A text that does not run yet outlives a reload. */
  const keep = (): void => {
    const of = draftOf(home)
    if (running === undefined) return
    if (text === runningText) drafts.forget(of)
    else drafts.keep(of, { text, running })
  }

  /** Takes a text as the draft; a valid one becomes the network. */
  const take = (next: string): void => {
    text = next
    reading = readDraft(text)
    fault = reading.fault
    keep()
    if (isObject(reading.raw)) raw = reading.raw
    if (fault !== undefined) noteDraft(text)
    else if (reading.scenario !== undefined && running !== undefined) void apply(reading.scenario)
    setTimeout(show)
  }

  const hasFault = (): boolean => fault !== undefined

  /** Makes a draft a step to undo, in order with the changes of the network. */
  const noteDraft = (draft: string | undefined): void => {
    if (running === undefined || isBuilding || isFollowing) return
    if (workplace.steps.isReplaying) isHeld = true
    else workplace.steps.noteDraft(running, draft)
  }

  /** Takes a text as that of the network which runs. */
  const ran = (of: string): void => {
    runningText = of
    if (running !== undefined) texts.keep(running, of)
    keep()
  }

  /** @param own - text of the scenario */
  const apply = async (scenario: Scenario, own = text): Promise<void> => {
    const changes = differences(running, scenario)
    if (changes.length === 0) {
      ran(own)
      if (own === text) noteDraft(undefined)
      return
    }
    if (isBuilding) {
      waiting.push(own)
      return
    }
    let mine = own
    let built = scenario
    isBuilding = true
    isMoved = false
    say()
    let refusal: unknown
    const [first] = changes
    const isNumber = changes.length === 1 && typeof first?.from === 'number' && typeof first.to === 'number'
    const refused = (error: unknown): void => void (refusal = error)
    const newest = (): Scenario => {
      if (isMoved && reading.scenario !== undefined) [mine, built] = [text, reading.scenario]
      return built
    }
    const done = isNumber
      ? await workplace.set(first.path, first.to, refused)
      : await workplace.rebuild(newest, refused)
    isBuilding = false
    if (done) {
      // Values that were set elsewhere meanwhile are not in its text.
      running = built
      ran(mine)
    } else if (text === mine) {
      if (refusal !== undefined)
        fault =
          refusal instanceof ModelError
            ? faultOf(text, refusal)
            : { message: textOf(refusal), from: 0, to: 0 }
    }
    refresh()
    goOn(mine)
    show()
    settle()
  }

  /** Lets an undo that waits for the last of the drafts begin. */
  const settle = (): void => {
    if (isBuilding) return
    for (const act of atRest) act()
    atRest = []
  }

  /** Builds the drafts that wait, one after the other. @param before - the text that was built last, or refused */
  const goOn = (before: string): void => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { scenario } = readDraft(next)
      if (scenario !== undefined && next !== text) void apply(scenario, next)
      if (isBuilding) return
    }
    if (text !== before && reading.scenario !== undefined) void apply(reading.scenario)
    else if (fault !== undefined) noteDraft(text)
  }

  /** Changes the draft by the graph or a form. */
  const change = (next: unknown, keys: Keys = selected): void => {
    if (reading.raw === undefined) {
      messages.notice('The text is not JSON; correct it, or discard the draft.')
      return
    }
    selected = keys
    take(patched(text, raw, withoutHint(raw, next)))
  }
  const changeTo = ({ raw: next, keys }: Edited): void => change(next, keys)

  const set = (keys: Keys, value: unknown): void => {
    const { scenario } = reading
    const scenarioAfter = scenario && withConsequences(scenario, keys, value)
    let next = withValue(raw, keys, value)
    if (scenario !== undefined && scenarioAfter !== undefined)
      for (const { path, to } of differences(scenario, scenarioAfter)) {
        const at = keysIn(path)
        const isOwn = keys.every((key, index) => at[index] === key)
        if (!isOwn && at.length > 0) next = withValue(next, at, to)
      }
    change(next)
  }

  const remove = (keys: Keys): void => {
    if (keys.length > 0) change(removed(raw, keys), WHOLE)
  }

  const inspector = createInspector(part('.builder-form'), WHOLE_KEYS, {
    set,
    choose(keys, alternative) {
      if ('word' in alternative) set(keys, alternative.word)
      else change(switched(raw, keys, alternative))
    },
    rename: (group, from, to) => change(renamed(raw, group, from, to), [group, to]),
    addEntry: (keys, name) => change(withEntry(raw, keys, name)),
    remove,
    draw: () => show(),
  })
  const picture = createPicture(part('.builder-graph'), {
    select,
    add: () => menu.focus(),
    enter: () => inspector.focus(),
    ends: (from, to) => endsOf(raw, from, to),
    connect(from, to) {
      changeTo(connected(raw, from, to))
      show()
      picture.focus()
    },
    remove(keys) {
      remove(keys)
      show()
      picture.focus()
    },
    tell(line) {
      hint = line
      say()
    },
  })

  /** Stimuli, probes and claims as rows of buttons, with one for the network itself. */
  const showLists = (): void => {
    const focused = lists.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset.keys
      : undefined
    const chip = (keys: Keys, label: string): HTMLElement => {
      const one = document.createElement('button')
      one.type = 'button'
      one.textContent = label
      one.title = label
      one.dataset.keys = keys.join('/')
      one.setAttribute('aria-pressed', String(keys.join('/') === selected.join('/')))
      one.classList.toggle(
        'faulty',
        keys.length > 0 && keys.every((key, index) => fault?.keys?.[index] === key),
      )
      one.addEventListener('click', () => select(keys))
      one.addEventListener('keydown', (event) => {
        if (event.key === 'Delete' || event.key === 'Backspace') remove(keys)
      })
      return one
    }
    const row = (title: string, chips: readonly HTMLElement[]): HTMLElement => {
      const line = document.createElement('div')
      const name = document.createElement('span')
      name.textContent = title
      line.append(name, ...chips)
      return line
    }
    const rows = [
      row('network', [chip(WHOLE, 'time, seed, replicas')]),
      ...LISTS.flatMap(({ part: name, isList }) => {
        const entries = Object.keys((valueIn(raw, [name]) as object | undefined) ?? {})
        const chips = entries.map((key) => chip([name, key], labelOf(raw, [name, key], isList)))
        return chips.length === 0 ? [] : [row(name, chips)]
      }),
    ]
    const old = [...lists.querySelectorAll('button')]
    const next = rows.flatMap((one) => [...one.querySelectorAll('button')])
    const told = (all: readonly HTMLButtonElement[]): string =>
      all.map(({ dataset, textContent }) => `${dataset.keys} ${textContent}`).join('\n')
    // A button that is pressed stays, or its click would get lost.
    if (told(old) === told(next)) {
      old.forEach((one, index) => {
        one.className = next[index]!.className
        one.setAttribute('aria-pressed', next[index]!.getAttribute('aria-pressed') ?? 'false')
      })
      return
    }
    lists.replaceChildren(...rows)
    if (focused !== undefined)
      lists.querySelector<HTMLElement>(`[data-keys="${CSS.escape(focused)}"]`)?.focus()
  }

  for (const [index, { part: name, alternative }] of ADDABLE.entries()) {
    const noun = NOUN[name] ?? name
    menu.add(new Option(alternative === undefined ? noun : `${noun}: ${alternative.label}`, String(index)))
  }
  const add = (): void => {
    const one = ADDABLE[Number(menu.value)]
    if (one === undefined) return
    const layers = selected[0] === 'neurons' && selected[1] !== undefined ? [selected[1]] : []
    changeTo(added(raw, one, layers))
    show()
    inspector.focus()
  }
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    add()
  })
  button('add').addEventListener('click', add)
  button('connect').addEventListener('click', () => {
    if (selected[1] !== undefined) picture.beginConnection(selected[1])
  })
  button('remove').addEventListener('click', () => remove(selected))
  button('undo').addEventListener('click', () => void workplace.undo())
  button('redo').addEventListener('click', () => void workplace.redo())
  /** Those of the page lie beneath the panel. */
  const showSteps = (): void => {
    if (element.hidden) return
    const able = { undo: workplace.canUndo, redo: workplace.canRedo }
    const focused = document.activeElement
    for (const way of ['undo', 'redo'] as const) button(way).disabled = !able[way]
    // A button that is disabled has no keys.
    if (focused === button('undo') && !able.undo) button('redo').focus()
    if (focused === button('redo') && !able.redo) button('undo').focus()
    requestAnimationFrame(showSteps)
  }
  button('discard').addEventListener('click', () => {
    take(runningText)
    part('.builder-tools select').focus()
  })
  button('text').addEventListener('click', () => {
    const host = part('.builder-text')
    const isShown = host.hidden
    host.hidden = !isShown
    element.classList.toggle('with-text', isShown)
    button('text').setAttribute('aria-pressed', String(isShown))
    if (!isShown) return
    editor ??= import('./editor.ts').then(({ createEditor }) =>
      createEditor(host, {
        take,
        stem: () => (workplace.opened === undefined ? 'scenario' : stemOf(workplace.opened)),
        open: openFile,
        tell: (line) => messages.notice(line),
      }),
    )
    void editor.then((one) => {
      one.show(text, fault)
      one.focus()
      // On a small screen it is below the graph.
      host.scrollIntoView({ block: 'nearest' })
    }, fail)
  })
  const fail = (error: unknown): void => messages.notice(textOf(error))
  button('close').addEventListener('click', () => close())
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.stopPropagation()
    if (element.contains(document.activeElement) && part('.builder-form').contains(document.activeElement))
      picture.focus()
    else close()
  })

  /** Covered parts of the page take no focus; on a small screen that is all of it. */
  const wide = matchMedia('(min-width: 861px)')
  const cover = (): void => {
    const isOpen = !element.hidden
    const beneath = [...place.children].filter((one) => one !== element)
    for (const one of beneath)
      (one as HTMLElement).inert = isOpen && (!wide.matches || one.matches('.side, .controls'))
    const header = place.previousElementSibling
    if (header instanceof HTMLElement) header.inert = isOpen && !wide.matches
  }
  wide.addEventListener('change', cover)

  const refresh = (): void => {
    const { opened } = workplace
    if (element.hidden || opened === undefined) return
    const { scenario } = opened.simulation.model
    if (opened.home !== home) {
      home = opened.home
      const kept = drafts.find(draftOf(home))
      running = kept?.running ?? scenario
      selected = WHOLE
      texts.clear()
      text = kept?.text ?? textOfScenario(running)
      ran(textOfScenario(running))
      take(text)
      if (kept === undefined) return
    }
    if (isBuilding || scenario === running || workplace.steps.isReplaying) return
    const before = running
    running = scenario
    if (before === undefined || differences(before, scenario).length === 0) return
    const isOwn = fault !== undefined || text !== runningText
    waiting = []
    follow(before, scenario, () => {
      if (!isOwn) take(runningText)
      else {
        // A draft with a fault, or one that waits, stays, and follows.
        if (reading.raw !== undefined) take(followed(text, raw, before, scenario))
        if (hasFault()) workplace.steps.keepDraft(text)
      }
    })
  }

  /** The text of the network follows a change from elsewhere; undo finds the text as it was. */
  const follow = (before: Scenario, after: Scenario, draw: () => void): void => {
    isFollowing = true
    ran(texts.of(after) ?? followed(runningText, JSON.parse(runningText), before, after))
    draw()
    isFollowing = false
  }

  /** Undo returns to the draft as it was, or to the text of the network. */
  const replayed = (): void => {
    const { opened, steps } = workplace
    if (opened === undefined || opened.home !== home || running === undefined) return
    const before = running
    running = opened.simulation.model.scenario
    const now = running
    const own = (): string => (reading.raw === undefined ? text : followed(text, raw, before, now))
    isMoved = isBuilding
    waiting = []
    // A change that waits for this step stays, or it would be undone too, and the step could not be redone.
    follow(before, now, () => take(isBuilding || isHeld ? own() : (steps.draft ?? runningText)))
    if (isHeld) {
      isHeld = false
      noteDraft(hasFault() ? text : undefined)
    }
  }

  const close = (): void => {
    if (element.hidden) return
    element.hidden = true
    place.removeAttribute('data-building')
    cover()
    closed(!refocus(true))
  }

  return {
    get isOpen() {
      return !element.hidden
    },
    open() {
      refocus = keepFocus()
      element.hidden = false
      place.dataset.building = ''
      cover()
      refresh()
      messages.withdraw(WAITS)
      showSteps()
      // Before the first frame: the lists move up with each of their lines.
      show()
      setTimeout(() => {
        show()
        picture.focus()
      })
    },
    close,
    refresh,
    replayed,
    settled: () => (isBuilding ? new Promise((resolve) => atRest.push(resolve)) : undefined),
  }
}

/** True for layers alone. */
function isBeginning(raw: unknown): boolean {
  return ['synapses', 'memories', 'stimulus'].every(
    (part) => Object.keys(valueIn(raw, [part]) ?? {}).length === 0,
  )
}

/** A short name of an entry of a list, or the name itself. */
function labelOf(raw: unknown, keys: Keys, isList: boolean): string {
  if (!isList) return keys[1] ?? ''
  const what = kindText(raw, keys)
  const probe = valueIn(raw, [...keys, 'probe'])
  const about = typeof probe === 'string' ? probe : layersIn(raw, keys)[0]
  return [what, about].filter((word) => word !== undefined && word !== '').join(' ')
}
