/** Samples as tables: P.csv of each probe grows as they come. Final states are tables too, a line for each row. */
import { closeSync, copyFileSync, existsSync, openSync, readSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ModelError } from '../../core/errors.ts'
import type { Model } from '../../core/model/model.ts'
import { axesCsv, csvHeader, csvRow, rowsCsv } from '../../core/run/results.ts'
import { type Output, refusing } from '../output.ts'
import { createAppender } from './appender.ts'
import { type Opening, type Store, piecesOf } from './store.ts'

/** @param output - writes what is not a series */
export function openCsv(opening: Opening, output: Output, model: Model): Store {
  const { folder, series, replicas, resumed } = opening
  const tracks = series.map((one) => {
    const path = join(folder, `${one.name}.csv`)
    const count = resumed?.samples[one.name]
    const header = csvHeader(one, replicas)
    if (resumed === undefined || count === undefined) return { series: one, header, path, start: 0, count: 0 }
    const source = join(resumed.folder, `${one.name}.csv`)
    const start = bytesOf(source, header, count)
    if (resolve(source) !== resolve(path)) refusing(path, () => copyFileSync(source, path))
    return { series: one, header, path, start, count }
  })
  const files = tracks.map((track) => {
    const file = createAppender(track.path, track.start)
    if (track.start === 0) file.push(Buffer.from(track.header))
    return { ...track, file }
  })
  const flush = (sync: boolean): void => {
    for (const { file } of files) file.flush(sync)
  }
  let shownAt = 0
  return {
    push(sample) {
      const track = files.find((one) => one.series.name === sample.probe)
      if (track === undefined) return
      track.file.push(Buffer.from(csvRow(sample, replicas)))
      track.count++
    },
    show() {
      if (performance.now() - shownAt < SHOWN) return
      flush(false)
      shownAt = performance.now()
    },
    commit() {
      flush(true)
      return Object.fromEntries(files.map((one) => [one.series.name, one.count]))
    },
    async finish({ states }) {
      flush(true)
      const written = files.map(({ path, series: { name } }) => [`${name}.csv`, path] as const)
      const axes = axesCsv(model)
      if (axes !== undefined) written.push(['axes.csv', await output.write('axes.csv', axes)])
      for (const [name, array] of Object.entries(states)) {
        const rows = rowsCsv(piecesOf(array), array.shape.at(-1) ?? 1)
        written.push([`${name}.csv`, await output.write(`${name}.csv`, rows)])
      }
      return written
    },
    close() {
      for (const { file } of files) file.close()
    },
  }
}

/** Milliseconds between two moments at which the files have all that came. */
const SHOWN = 1000

const LINE = 0x0a

/** Bytes of the header and of some lines of a table. */
function bytesOf(path: string, header: string, count: number): number {
  if (!existsSync(path)) throw changed(path, 'it is not there')
  const file = openSync(path, 'r')
  try {
    const piece = new Uint8Array(2 ** 20)
    let [at, lines] = [0, -1]
    for (;;) {
      const read = readSync(file, piece, 0, piece.length, at)
      if (
        at === 0 &&
        !Buffer.from(piece.subarray(0, read))
          .toString()
          .startsWith(header.slice(0, 2 ** 16))
      )
        throw changed(path, 'it has other columns')
      for (let byte = 0; byte < read; byte++)
        if (piece[byte] === LINE && ++lines === count) return at + byte + 1
      if (read === 0) throw changed(path, `it has ${Math.max(0, lines)} samples, the checkpoint ${count}`)
      at += read
    }
  } finally {
    closeSync(file)
  }
}

function changed(path: string, what: string): ModelError {
  return new ModelError(
    `goes on behind the samples in ${path}, and ${what}; put that file of the run there, or run again from the start`,
  )
}
