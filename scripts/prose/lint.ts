/** The rules as rules of textlint, and texts checked with them. */
import { TextlintKernel, type TextlintRuleReporter } from '@textlint/kernel'
import markdown from '@textlint/textlint-plugin-markdown'
import plain from '@textlint/textlint-plugin-text'
import { CODE_RULES, RULES, type RuleName } from './rules.ts'
import { sentencesOf, shown } from './sentences.ts'

/** A text and where it stands. */
export interface Text {
  readonly file: string
  /** Line of its first line, from 1. */
  readonly line: number
  /** `code` is a comment or a string of the code: `CODE_RULES` alone apply. */
  readonly kind: 'markdown' | 'plain' | 'code'
  readonly text: string
}

export interface Finding {
  readonly file: string
  readonly line: number
  readonly rule: RuleName
  readonly sentence: string
  readonly remedy: string
}

/** A node of the tree that textlint makes of a text. */
type TxtNode = Parameters<Parameters<TextlintRuleReporter>[0]['report']>[0]

const SEPARATOR = '\u001F'

function textlintRule(name: RuleName): TextlintRuleReporter {
  return ({ Syntax, RuleError, report, locator, getSource }) => {
    const visit = (node: TxtNode): void => {
      // A cell comes with the lines around it, a heading with its marks.
      const source = getSource(node)
        .replace(/^(?:\||#+)|\|$/g, (marks) => ' '.repeat(marks.length))
        .trimEnd()
      sentencesOf(source).forEach((sentence, index) => {
        const remedy = RULES[name](sentence, { isFirst: index === 0 && isFirst(node) })
        if (remedy !== undefined)
          report(
            node,
            new RuleError(`${shown(source, sentence)}${SEPARATOR}${remedy}`, {
              padding: locator.at(sentence.offset),
            }),
          )
      })
    }
    return { [Syntax.Paragraph]: visit, [Syntax.TableCell]: visit, [Syntax.Header]: visit }
  }
}

/** Whether nothing of its section, item or cell stands before a node. */
function isFirst(node: TxtNode): boolean {
  if (node.type !== 'Paragraph') return node.type === 'TableCell'
  const siblings = (node.parent as unknown as { children: TxtNode[] }).children
  const before = siblings[siblings.indexOf(node) - 1]
  return before === undefined || before.type === 'Header'
}

const rules = (Object.keys(RULES) as RuleName[]).map((ruleId) => ({ ruleId, rule: textlintRule(ruleId) }))
const plugins = [
  { pluginId: 'markdown', plugin: moduleOf(markdown) },
  { pluginId: 'text', plugin: moduleOf(plain) },
]

/** A CommonJS module has its default export inside of the default export. */
function moduleOf<T>(plugin: T): T {
  return (plugin as { default?: T }).default ?? plugin
}

/** Everything that the rules find, by place. */
export async function lint(texts: readonly Text[]): Promise<Finding[]> {
  const kernel = new TextlintKernel()
  const findings = await Promise.all(
    texts.map(async (one) => {
      const { file, line, kind, text } = one
      if (kind === 'code') return lintCode(one)
      const { messages } = await kernel.lintText(text, {
        ext: kind === 'markdown' ? '.md' : '.txt',
        plugins,
        rules,
      })
      return messages.map(({ ruleId, message, loc }) => {
        const [sentence, remedy] = message.split(SEPARATOR) as [string, string]
        return { file, line: line + loc.start.line - 1, rule: ruleId as RuleName, sentence, remedy }
      })
    }),
  )
  return findings.flat()
}

/** A text of the code has no marks of Markdown, and needs no tree. */
function lintCode({ file, line, text }: Text): Finding[] {
  return sentencesOf(text).flatMap((sentence) =>
    CODE_RULES.flatMap((rule) => {
      const remedy = RULES[rule](sentence, { isFirst: false })
      const at = line + text.slice(0, sentence.offset).split('\n').length - 1
      return remedy === undefined ? [] : [{ file, line: at, rule, sentence: shown(text, sentence), remedy }]
    }),
  )
}
