import { afterEach, expect, test, vi } from 'vitest'
import { watchSignals } from '../../../src/node/interrupt.ts'

afterEach(() => vi.restoreAllMocks())

test('a signal that comes twice at once is one signal; a later one ends the process', () => {
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never)
  const now = vi.spyOn(performance, 'now').mockReturnValue(1000)
  const watch = watchSignals()
  try {
    process.emit('SIGTERM', 'SIGTERM')
    now.mockReturnValue(1100)
    process.emit('SIGTERM', 'SIGTERM')
    expect([watch.signal, exit.mock.calls]).toEqual(['SIGTERM', []])
    now.mockReturnValue(2000)
    process.emit('SIGINT', 'SIGINT')
    expect(exit.mock.calls).toEqual([[130]])
  } finally {
    watch.stop()
  }
})
