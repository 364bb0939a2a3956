import { expect, test } from 'vitest'
import { type Text, lint } from '../../../scripts/prose/lint.ts'

const markdown = (text: string): Text => ({ file: 'a.md', line: 1, kind: 'markdown', text })

test('a finding has file, line, rule, sentence and remedy', async () => {
  const text =
    '# Title\n\nA sentence that is right. Rows are dealt\nin turn.\n\n```text\nWhat is dealt.\n```\n'
  expect(await lint([markdown(text)])).toEqual([
    {
      file: 'a.md',
      line: 3,
      rule: 'coined',
      sentence: 'Rows are dealt in turn.',
      remedy: '"dealt"; write assigned or distributed',
    },
  ])
})

test('items, headings and cells are sentences of their own', async () => {
  const text =
    '# What leaks\n\n- It leaks.\n- A layer. It leaks.\n\n| key | what |\n| --- | --- |\n| `a` | It leaks. |\n'
  const found = await lint([markdown(text)])
  expect(found.map(({ line, rule }) => [line, rule])).toEqual([
    [1, 'head'],
    [3, 'it'],
    [6, 'head'],
    [8, 'it'],
  ])
})

test('a plain text has the line at which it stands', async () => {
  const [finding] = await lint([{ file: 'a.ts', line: 7, kind: 'plain', text: 'Layers etc.' }])
  expect(finding).toMatchObject({ file: 'a.ts', line: 7, rule: 'etc' })
})
