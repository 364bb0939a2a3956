/** A file that grows at its end: bytes go to it in pieces, and nothing of it stays in memory. */
import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { refusing } from '../output.ts'

export interface Appender {
  readonly path: string
  push(bytes: Uint8Array): void
  /** Hands the system what is there so far; with `sync`, onto the disk. */
  flush(sync: boolean): void
  close(): void
}

const PIECE = 2 ** 16

/**
 * @param start - bytes of the file that stay; behind them it is cut off
 * @throws RunError, also by every method, that says what the disk refuses
 */
export function createAppender(path: string, start: number): Appender {
  const file = refusing(path, () => {
    const opened = openSync(path, start === 0 ? 'w' : 'r+')
    ftruncateSync(opened, start)
    return opened
  })
  const piece = new Uint8Array(PIECE)
  let [length, filled, isOpen] = [start, 0, true]
  const write = (bytes: Uint8Array): void => {
    for (let from = 0; from < bytes.length;) {
      const count = writeSync(file, bytes, from, bytes.length - from, length)
      from += count
      length += count
    }
  }
  const empty = (): void => {
    const count = filled
    filled = 0
    write(piece.subarray(0, count))
  }
  return {
    path,
    push(bytes) {
      refusing(path, () => {
        if (filled + bytes.length > PIECE) empty()
        if (bytes.length > PIECE) write(bytes)
        else {
          piece.set(bytes, filled)
          filled += bytes.length
        }
      })
    },
    flush(sync) {
      refusing(path, () => {
        empty()
        if (sync) fsyncSync(file)
      })
    },
    close() {
      if (isOpen) closeSync(file)
      isOpen = false
    },
  }
}
