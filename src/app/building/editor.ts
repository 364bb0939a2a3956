/** The draft as a text, with completion, documentation and errors from the schema of scenarios. */
import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language'
import { setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
  tooltips,
} from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'
import { type Download, download } from '../sharing/exports.ts'
import type { Fault } from './draft.ts'
import editorStyles from './editor.css?inline'
import { documentationAt, proposalsAt } from './help.ts'
import { printed } from './text.ts'

export interface Editor {
  /** Shows a text that has changed elsewhere, and marks a fault. */
  show(text: string, fault: Fault | undefined): void
  focus(): void
}

export interface EditorActions {
  /** Takes the text, shortly after the last key. */
  take(text: string): void
  /** The name of the file, without its ending. */
  stem(): string
  /** Opens a file in place of the network. */
  open(): void
  tell(text: string): void
}

/** Milliseconds without a key after which the text becomes the draft. */
const QUIET = 500

export function createEditor(host: HTMLElement, actions: EditorActions): Editor {
  const bar = document.createElement('div')
  bar.className = 'builder-bar'
  const place = document.createElement('div')
  place.className = 'builder-editor'
  host.append(bar, place)
  // The policy of the page forbids style elements: in a shadow tree CodeMirror adopts its style sheets.
  const root = place.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(editorStyles)
  root.adoptedStyleSheets = [sheet]

  let timer: ReturnType<typeof setTimeout> | undefined
  /** True while a text of the draft is put in. */
  let isShowing = false
  const take = (): void => {
    clearTimeout(timer)
    timer = undefined
    actions.take(view.state.doc.toString())
  }
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      extensions: [
        lineNumbers(),
        foldGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        EditorView.lineWrapping,
        tooltips({ position: 'absolute' }),
        json(),
        syntaxHighlighting(classHighlighter),
        autocompletion({
          override: [
            ({ state, pos, explicit }) => {
              const found = proposalsAt(state.doc.toString(), pos)
              return found === undefined || (!explicit && found.from === pos)
                ? null
                : { from: found.from, to: found.to, options: [...found.options], filter: true }
            },
          ],
        }),
        hoverTooltip((shown, pos) => {
          const found = documentationAt(shown.state.doc.toString(), pos)
          if (found === undefined) return null
          return {
            pos: found.from,
            end: found.to,
            create() {
              const dom = document.createElement('div')
              dom.className = 'documentation'
              for (const line of found.lines) {
                const paragraph = document.createElement('p')
                paragraph.textContent = line
                dom.append(paragraph)
              }
              return { dom }
            },
          }
        }),
        keymap.of([
          { key: 'Tab', run: acceptCompletion },
          { key: 'Mod-Shift-f', run: () => (format(), true) },
          // Escape leaves the field, so that Tab can indent.
          { key: 'Escape', run: () => (bar.querySelector('button')?.focus(), true) },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...foldKeymap,
          ...historyKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
        EditorView.contentAttributes.of({
          tabindex: '0',
          'aria-label': 'Scenario as JSON; Escape leaves the field',
        }),
        // The text comes before changes from elsewhere, such as an undo.
        EditorView.domEventHandlers({
          blur() {
            if (timer !== undefined) take()
          },
        }),
        EditorView.updateListener.of(({ docChanged }) => {
          if (!docChanged || isShowing) return
          clearTimeout(timer)
          timer = setTimeout(take, QUIET)
        }),
      ],
    }),
  })

  const put = (text: string): void => {
    const { doc } = view.state
    const old = doc.toString()
    if (old === text) return
    // Only what differs, so that the place of the cursor stays.
    let start = 0
    while (start < Math.min(old.length, text.length) && old[start] === text[start]) start++
    let end = 0
    while (
      end < Math.min(old.length, text.length) - start &&
      old[old.length - 1 - end] === text[text.length - 1 - end]
    )
      end++
    view.dispatch({
      changes: { from: start, to: old.length - end, insert: text.slice(start, text.length - end) },
    })
  }
  const format = (): void => {
    try {
      put(`${printed(JSON.parse(view.state.doc.toString()))}\n`)
    } catch {
      actions.tell('The text is not JSON yet; its first mistake is marked.')
    }
  }
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(view.state.doc.toString())
      actions.tell('Copied.')
    } catch {
      actions.tell('The browser does not let the page copy; select the text and copy it.')
    }
  }
  const save = (): void => {
    const file: Download = { name: `${actions.stem()}.json`, content: view.state.doc.toString() }
    download(file)
    actions.tell(`Saved as ${file.name}.`)
  }
  for (const [label, title, act] of [
    ['Format', 'Lays the text out (Ctrl+Shift+F)', format],
    ['Copy', 'Copies the text', () => void copy()],
    ['Save', 'Saves the text as a file', save],
    ['Open', 'Opens a scenario from a file', () => actions.open()],
  ] as const) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = label
    button.title = title
    button.addEventListener('click', act)
    bar.append(button)
  }

  return {
    show(text, fault) {
      isShowing = true
      // Text that is being typed is newer.
      if (timer === undefined) put(text)
      const { length } = view.state.doc
      const at = (offset: number): number => Math.min(offset, length)
      view.dispatch(
        setDiagnostics(
          view.state,
          fault === undefined
            ? []
            : [
                {
                  from: at(fault.from),
                  to: at(Math.max(fault.to, fault.from)),
                  severity: 'error',
                  message: fault.message,
                },
              ],
        ),
      )
      isShowing = false
    },
    focus: () => view.focus(),
  }
}
