import { expect, test } from 'vitest'
import { expectedChart } from '../../../src/core/reproduce/lab.ts'
import { REPRODUCTIONS } from '../../../src/core/reproduce/index.ts'

test.each(REPRODUCTIONS.map((reproduction) => ({ id: reproduction.id, reproduction })))(
  '$id tells its axes and what is expected before it measures anything',
  async ({ reproduction }) => {
    const { title, x, y, marks } = await expectedChart(reproduction)
    expect(title).toBe(reproduction.title)
    for (const { label } of [x, y]) expect(label).not.toBe('')
    for (const mark of marks)
      if (mark.kind === 'points' && mark.label?.startsWith('measured')) expect(mark.x).toHaveLength(0)
  },
)
