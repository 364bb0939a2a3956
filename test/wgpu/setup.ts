/** Hands the comparisons of each test to the reporter. */
import { afterEach, beforeEach } from 'vitest'
import { type Compared, takeCompared } from '../gpu/helpers/compared.ts'

declare module 'vitest' {
  interface TaskMeta {
    compared?: Compared
  }
}

beforeEach(() => {
  takeCompared()
})
afterEach(({ task }) => {
  task.meta.compared = takeCompared()
})
