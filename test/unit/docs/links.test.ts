import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'python/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

interface Link {
  readonly text: string
  readonly file: string
  /** What follows `#`. */
  readonly anchor: string | undefined
}

/** Links to files of the project, outside of code. */
function linksOf(page: string): Link[] {
  const text = readFileSync(page, 'utf8')
    .replace(/^```.*?^```/gms, '')
    .replace(/(?<![\w`])`\[[^`\n]*\]\([^`\n]*`/g, '')
  return [...text.matchAll(/\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s#]*)(?:#([^)\s]+))?[^)]*\)/g)]
    .map((match) => ({ text: match[1]!, target: match[2]!, anchor: match[3] }))
    .filter(({ target }) => !/^https?:/.test(target))
    .map(({ text, target, anchor }) => ({
      text,
      file: target === '' ? page : join(dirname(page), target),
      anchor,
    }))
}

/** The anchors of a page's headings. */
function anchorsOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s/g, '-'),
  )
}

const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> })
  .scripts

describe.each(pages)('%s', (page) => {
  it('links to files that are there', () => {
    const missing = linksOf(page).filter(({ file }) => !existsSync(file))
    expect(missing).toEqual([])
  })

  it('links to headings that are there', () => {
    const missing = linksOf(page).filter(
      ({ file, anchor }) => anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).includes(anchor),
    )
    expect(missing).toEqual([])
  })

  it('names scripts that npm can run', () => {
    const named = [...readFileSync(page, 'utf8').matchAll(/\bnpm run (?:-s )?([\w:]+)/g)].map(
      (match) => match[1]!,
    )
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
  })
})

/** What a page says of a file it links to, and the file has not. */
function lacking(links: readonly Link[], name: (link: Link) => string | undefined): string[] {
  return links.flatMap((link) => {
    const wanted = name(link)
    if (wanted === undefined || readFileSync(link.file, 'utf8').includes(wanted)) return []
    return [`${link.file} has no ${wanted}`]
  })
}

/** The function, type or kernel that a link is called by. */
function declared({ text, file }: Link): string | undefined {
  const name = /^`(\w+)`$/.exec(text)?.[1]
  return name !== undefined && file.endsWith('.wgsl') ? `fn ${name}(` : name
}

describe.each([
  ['docs/theory.md', 70],
  ['docs/glossary.md', 60],
])('%s', (page, least) => {
  it('names functions, types and kernels that are in the files it links to', () => {
    const links = linksOf(page)
    expect(links.filter((link) => declared(link) !== undefined).length).toBeGreaterThan(least)
    expect(lacking(links, declared)).toEqual([])
  })
})

describe('docs/theory.md', () => {
  it('names tests that are in the files it links to', () => {
    const links = linksOf('docs/theory.md')
    const quoted = ({ text }: Link): string | undefined => /^"(.*)"$/.exec(text)?.[1]
    expect(links.filter((link) => quoted(link) !== undefined).length).toBeGreaterThan(30)
    expect(lacking(links, quoted)).toEqual([])
  })
})

describe('docs/glossary.md', () => {
  it('says of every word where it is in the code, and on which page', () => {
    const entries = readFileSync('docs/glossary.md', 'utf8').split(/^- /m).slice(1)
    expect(
      entries.filter((entry) => !/\]\(\.\.\/(src|shaders)\//.test(entry) || !/\.md[#)]/.test(entry)),
    ).toEqual([])
  })
})
