import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** This file cites what is not there. */
const files = ['src', 'shaders', 'scripts', 'test', 'bench'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs|wgsl)$/.test(name) && !/node_modules|citations/.test(name))
    .map((name) => join(folder, name)),
)

/** The comments of a source, each as one line without what frames it; lines that follow one another are one comment. */
function commentsOf(source: string): string[] {
  return [...source.matchAll(/\/\*[\s\S]*?\*\/|(?:^|[^:'"`])\/\/.*(?:\n[ \t]*\/\/.*)*/gm)].map(([comment]) =>
    comment.replace(/^[ \t]*(?:\/\*\*?|\*\/|\*|\/\/)/gm, ' ').replace(/\s+/g, ' '),
  )
}

function headingsOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map((match) => match[1]!)
}

/** What is wrong with the documents that a comment cites. */
function mistakesIn(comment: string): string[] {
  const mistakes: string[] = []
  for (const [citation, page = '', quoted = '', numbered] of comment.matchAll(
    /([\w./-]+\.md)\b((?:(?:,| and) "[^"]+")*)(,? sections? \d)?/g,
  )) {
    if (!existsSync(page)) {
      mistakes.push(`${page} is not there: cite a page by its path, such as docs/theory.md`)
      continue
    }
    if (numbered !== undefined) mistakes.push(`${citation}: headings have no numbers`)
    const headings = headingsOf(page)
    for (const [, heading = ''] of quoted.matchAll(/"([^"]+)"/g))
      if (!headings.includes(heading)) mistakes.push(`${page} has no heading "${heading}"`)
  }
  // Numbers of a list that is no page; V8 runs JavaScript.
  for (const [number] of comment.matchAll(/\bV(?!8\b)\d+\b/g))
    mistakes.push(`${number}: say what it is, or cite a heading`)
  return mistakes
}

describe('comments', () => {
  const cited = files.flatMap((file) =>
    commentsOf(readFileSync(file, 'utf8')).map((comment) => ({ file, comment })),
  )

  it('cite pages and headings that are there', () => {
    const mistakes = cited.flatMap(({ file, comment }) =>
      mistakesIn(comment).map((mistake) => `${file}: ${mistake}`),
    )
    expect(mistakes).toEqual([])
    expect(cited.filter(({ comment }) => comment.includes('docs/theory.md, "')).length).toBeGreaterThan(15)
  })

  it('are found in every form, and what they cite is compared with the pages', () => {
    const source = `
      const url = 'https://example.org/other.md'
      /** One (docs/theory.md, "Noise" and "Dynamics"). */
      /**
       * Two: docs/theory.md,
       * "No such heading"; docs/none.md
       */
      const a = 1 // three, theory.md, section 2
      const b = 2
      // four: docs/scenario.md, section 1 and V3,
      // docs/scenario.md, "A tick", as V8 counts
    `
    expect(commentsOf(source).map(mistakesIn)).toEqual([
      [],
      [
        'docs/theory.md has no heading "No such heading"',
        'docs/none.md is not there: cite a page by its path, such as docs/theory.md',
      ],
      ['theory.md is not there: cite a page by its path, such as docs/theory.md'],
      ['docs/scenario.md, section 1: headings have no numbers', 'V3: say what it is, or cite a heading'],
    ])
  })
})
