/** Computes spectra in order, outside the thread that draws. */
import { answer } from './answer.ts'
import type { Question } from './question.ts'

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  answer(data).then(
    (found) => postMessage({ found }),
    (error: unknown) => postMessage({ failed: error instanceof Error ? error.message : String(error) }),
  )
})
