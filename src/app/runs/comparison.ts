import type { Workplace } from '../session/workplace.ts'
import type { Run } from './ledger.ts'
export function openComparison(_workplace: Workplace, _run: Run, _name: string): Promise<void> {
  return Promise.resolve()
}
