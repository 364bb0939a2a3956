/** The parts of a lesson that a reader sees, beside its buttons. */
import './opened.css'
import './reader.css'
import { IMAGE_TYPES, imageData } from '../../core/model/lesson-parts.ts'
import type { Read } from '../../core/model/files.ts'
import type { Lesson } from '../../core/model/schema.ts'
import { questionsOf } from './questions.ts'
import { createRenderer } from './text/render.ts'

export { createClaims } from './claims.ts'
export { showMore } from './more.ts'

/** A lesson as elements. */
export interface Reading {
  readonly story: DocumentFragment
  readonly lookFor: DocumentFragment
  readonly figures: readonly HTMLElement[]
  /** Absent where the lesson has none. */
  readonly questions: HTMLElement | undefined
  /** The text of a try. */
  outcome(text: string): DocumentFragment
  /** Call it when another lesson is read. */
  close(): void
}

/** @param read - reads the files of its figures */
export function readLesson(
  { story, lookFor = '', figures = [], questions = [] }: Lesson,
  read: Read,
): Reading {
  const text = createRenderer()
  const addresses: string[] = []
  let isClosed = false
  const show = async (image: HTMLImageElement, src: string): Promise<void> => {
    try {
      const blob = await imageOf(src, read)
      if (isClosed) return
      image.src = URL.createObjectURL(blob)
      addresses.push(image.src)
    } catch {
      image.replaceWith(missing(src, image.alt))
    }
  }
  return {
    story: joined(story.map((one) => text.blocks(one))),
    lookFor: text.line(lookFor),
    figures: figures.map(({ src, alt, caption = '' }) => {
      const figure = document.createElement('figure')
      const image = document.createElement('img')
      image.alt = alt
      const below = document.createElement('figcaption')
      below.append(text.line(caption))
      figure.append(image, ...(caption === '' ? [] : [below]))
      void show(image, src)
      return figure
    }),
    questions: questions.length === 0 ? undefined : questionsOf(questions, text),
    outcome: (one) => createRenderer().line(one),
    close() {
      isClosed = true
      for (const address of addresses) URL.revokeObjectURL(address)
    },
  }
}

function joined(fragments: readonly DocumentFragment[]): DocumentFragment {
  const all = new DocumentFragment()
  all.append(...fragments)
  return all
}

async function imageOf(src: string, read: Read): Promise<Blob> {
  const data = imageData(src)
  if (data !== undefined) {
    const letters = atob(data.base64.replace(/\s/g, ''))
    return new Blob([Uint8Array.from(letters, (letter) => letter.charCodeAt(0))], { type: data.type })
  }
  const type = IMAGE_TYPES[src.split('.').at(-1)?.toLowerCase() ?? ''] ?? ''
  const bytes = await read(src)
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type })
}

/** The text in the place of an image that cannot be read. */
function missing(src: string, alt: string): HTMLElement {
  const made = document.createElement('p')
  made.className = 'missing'
  const name = src.length > 60 ? 'The figure' : src
  made.textContent = `${name} cannot be read; drop it together with the scenario. ${alt}`
  return made
}
