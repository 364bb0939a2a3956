/** The texts of the project that people read. */
import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import ts from 'typescript'
import { moreOf } from '../../site/commands.ts'
import { createProgram } from '../../src/node/main.ts'
import type { Text } from './lint.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SCHEMA = 'schema/scenario.schema.json'
/** A string of fewer words is a name or a label. */
const FEWEST_WORDS = 4

/** Folders and files whose texts are not ours to write, or are made from texts that are checked elsewhere. */
const LEFT_OUT = [
  // Packages with a lock of their own have such a folder too.
  /(?:^|\/)node_modules\//,
  /^(?:dist|out|coverage)\//,
  /^docs\/reproductions\//,
  /^site\/\.vitepress\/(?:cache|dist)\//,
  /^\./,
]

/** Source files whose strings the page and the reports show. */
const SHOWN = /^src\/(?:app|core\/reproduce)\/.*\.ts$/

/** Scenarios, whose lessons the page shows. */
const LESSONS = /^scenarios\/[^/]*\.json$/

/** Code whose comments are checked, and whose strings are errors. */
const COMMENTED =
  /^(?:src\/(?:app|core\/(?:analysis|expression|gpu|kinds|math|model|plan|reference|reproduce|run))|shaders|scripts|site)\/.*\.(?:ts|mjs|wgsl)$/
const REFUSING = /^src\/core\/(?:analysis|expression|gpu|kinds|model|plan|reference|run)\/.*\.ts$/

/** All texts, or those of some files; the help of the command line is named by its command. */
export async function textsOf(files?: readonly string[]): Promise<Text[]> {
  if (files === undefined)
    return [...listed().flatMap((file) => textsOfFile(file)), ...helpTexts(await createProgram())]
  return files.flatMap((file) => textsOfFile(relative(ROOT, join(process.cwd(), file))))
}

function listed(folder = ''): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`
    if (LEFT_OUT.some((pattern) => pattern.test(path))) return []
    if (entry.isDirectory()) return listed(path)
    const isText = path.endsWith('.md') || path === SCHEMA || path === 'index.html' || LESSONS.test(path)
    return isText || SHOWN.test(path) || COMMENTED.test(path) ? [path] : []
  })
}

function textsOfFile(file: string): Text[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  if (file.endsWith('.md')) return [{ file, line: 1, kind: 'markdown', text: withoutFrontMatter(text) }]
  if (LESSONS.test(file)) return lessonTexts(file, text)
  if (file.endsWith('.json')) return schemaTexts(file, text)
  if (file.endsWith('.html')) return htmlTexts(file, text)
  if (/\.(?:wgsl|mjs)$/.test(file)) return commentTexts(file, text)
  if (file.endsWith('.ts')) {
    const comments = COMMENTED.test(file) ? commentTexts(file, text) : []
    if (REFUSING.test(file)) return [...comments, ...stringTexts(file, text, 'code')]
    return COMMENTED.test(file) && !SHOWN.test(file) ? comments : [...comments, ...stringTexts(file, text)]
  }
  throw new Error(
    `${file}: not a kind of file that is checked; give a .md, .ts, .mjs, .wgsl, .html or schema file`,
  )
}

/** Settings of a page are no prose; their lines stay, so that numbers of lines do. */
function withoutFrontMatter(text: string): string {
  return text.replace(/^---\n[\s\S]*?\n---\n/, (part) => part.replace(/[^\n]/g, ''))
}

/** Titles and descriptions of a JSON schema, each text once. */
function schemaTexts(file: string, source: string): Text[] {
  const seen = new Set<string>()
  return source.split('\n').flatMap((line, index): Text[] => {
    const [, quoted] = /^\s*"(?:title|description)": (".*"),?$/.exec(line) ?? []
    const text = quoted === undefined ? '' : (JSON.parse(quoted) as string)
    if (text === '' || seen.has(text)) return []
    seen.add(text)
    return [{ file, line: index + 1, kind: 'plain', text }]
  })
}

/** Sentences of the lesson of a scenario, without its paths and kinds. */
function lessonTexts(file: string, source: string): Text[] {
  const start = source.indexOf('\n  "lesson":')
  if (start < 0) return []
  return source.split('\n').flatMap((line, index): Text[] => {
    const isLesson = source.slice(0, start).split('\n').length <= index
    const [, quoted] = /^\s*(?:"[^"]+": )?("(?:[^"\\]|\\.)*"),?$/.exec(line) ?? []
    const text = quoted === undefined || !isLesson ? '' : (JSON.parse(quoted) as string)
    return text.split(/\s+/).length < FEWEST_WORDS
      ? []
      : [{ file, line: index + 1, kind: 'plain', text: text.replace(/\[([^\]]*)\]\(#[^)]*\)/g, '$1') }]
  })
}

/** The texts of a page: between tags, and in attributes for screen readers or tooltips. */
function htmlTexts(file: string, source: string): Text[] {
  const found = source.matchAll(
    /(?:\b(?:title|aria-label|content|placeholder)="([^"]+)")|>([^<>]*\p{L}[^<>]*)</gu,
  )
  return [...found].map(({ index, 1: attribute, 2: between }) => ({
    file,
    line: source.slice(0, index).split('\n').length,
    kind: 'plain',
    text: (attribute ?? between!).replace(/\s+/g, ' ').trim(),
  }))
}

/** Strings of a source file that are sentences: several words, and no markup. A value in a template is one word. */
function stringTexts(file: string, source: string, kind: 'plain' | 'code' = 'plain'): Text[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true)
  const texts: Text[] = []
  const add = (node: ts.Node, text: string): void => {
    if (
      text.split(/\s+/).length < FEWEST_WORDS ||
      /[<>{}]|=>|^\.|\[[a-z-]+\]|^color-mix/.test(text.replace(/\$[^$]*\$/g, ''))
    )
      return
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart())
    texts.push({ file, line: line + 1, kind, text: text.trim() })
  }
  /** A string, a template or their sum as text; undefined where another value is a part of it. */
  const textOf = (node: ts.Node): string | undefined => {
    if (ts.isStringLiteralLike(node)) return node.text
    if (ts.isTemplateExpression(node))
      return node.head.text + node.templateSpans.map(({ literal }) => `\uE000${literal.text}`).join('')
    if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined
    const [left, right] = [textOf(node.left), textOf(node.right)]
    return left === undefined || right === undefined ? undefined : left + right
  }
  const visit = (node: ts.Node): void => {
    const text = textOf(node)
    if (text !== undefined) add(node, text)
    if (text === undefined || ts.isTemplateExpression(node)) ts.forEachChild(node, visit)
  }
  visit(tree)
  return texts
}

/**
 * Paragraphs and tags of comments that begin a line. Indented lines are equations and drawings. A line of another comment
 * syntax, such as `/// <reference` or `// ----`, is no text.
 */
function commentTexts(file: string, source: string): Text[] {
  const texts: Text[] = []
  let isOpen = false
  source.split('\n').forEach((line, index) => {
    const [, mark, gap, body = ''] =
      /^\s*(\/\*\*|\*(?!\/)|\/\/\/?(?!:))(\s*)(.*?)(?:\s*\*\/)?$/.exec(line) ?? []
    if (
      mark === undefined ||
      !/\p{L}{2}/u.test(body) ||
      gap!.length > 1 ||
      /^[<-]|^prettier-ignore/.test(body)
    ) {
      isOpen = false
      return
    }
    const text = body.replace(/^@\w+(?: [\w.]+ - | )/, '')
    const last = texts.at(-1)
    if (isOpen && mark !== '/**' && text === body && last !== undefined)
      texts[texts.length - 1] = { ...last, text: `${last.text}\n${text}` }
    else texts.push({ file, line: index + 1, kind: 'code', text })
    isOpen = !line.endsWith('*/')
  })
  return texts
}

/** The texts of `--help`: descriptions of commands, arguments and options, and the text below them. */
function helpTexts(program: Command, above = ''): Text[] {
  const name = `${above}${program.name()}`
  const help = program.createHelp()
  const descriptions = [
    program.description(),
    ...help.visibleArguments(program).map(({ description }) => description),
    ...help.visibleOptions(program).map(({ description }) => description),
    ...itemsOf(moreOf(program)),
  ]
  const file = `${name} --help`
  const texts = descriptions.map((text): Text => ({ file, line: 1, kind: 'plain', text }))
  return [...texts, ...program.commands.flatMap((command) => helpTexts(command, `${name} `))]
}

/** Paragraphs, and the columns of each entry of a list; examples are commands and left out. */
function itemsOf(text: string): string[] {
  const items: string[] = []
  for (const block of text.split(/\n\s*\n/)) {
    if (/^Examples?\b.*:/.test(block)) continue
    let wasEntry = false
    for (const line of block.split('\n')) {
      const indent = line.length - line.trimStart().length
      const begins =
        indent === 2 || (indent === 0 && wasEntry) || items.length === 0 || line === block.split('\n')[0]
      if (begins) items.push(line.trim())
      else items.push(`${items.pop()!} ${line.trim()}`)
      wasEntry = indent > 0
    }
  }
  return items.flatMap((item) => item.split(/ {2,}/))
}
