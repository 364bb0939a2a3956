/** Arrays of MATLAB, safetensors and tables. The files are of NumPy and SciPy: test/cases/arrays/make.py. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requireArrayFile } from '../../../src/core/data/array.ts'
import { decodeCsv, decodeLabelled } from '../../../src/core/data/csv.ts'
import { decodeMat } from '../../../src/core/data/mat.ts'
import type { NpyArray } from '../../../src/core/data/npy.ts'
import { decodeSafetensors } from '../../../src/core/data/safetensors.ts'

const file = (name: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`../../cases/arrays/${name}`, import.meta.url)))
const plain = ({ shape, data }: NpyArray): { shape: readonly number[]; data: number[] } => ({
  shape,
  data: Array.from(data),
})
const NUMBERS = { shape: [2, 3], data: [-1.5, -0.5, 0.5, 1.5, 2.5, 3.5] }

describe.each(['v6.mat', 'v7.mat'])('MATLAB, %s', (name) => {
  const bytes = file(name)

  test.each([
    ['double', NUMBERS],
    ['single', NUMBERS],
    ['whole', { shape: [2, 3], data: [0, 1, 2, 3, 4, 5] }],
    ['short', { shape: [2, 2], data: [1, -300, 2, 4] }],
    ['long', { shape: [1, 2], data: [1, -(2 ** 24)] }],
    ['logical', { shape: [1, 2], data: [1, 0] }],
    ['images', { shape: [2, 2, 3], data: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }],
  ])('%s is read row by row', (array, expected) => {
    expect(plain(decodeMat(bytes, array))).toEqual(expected)
  })

  test('what is not numbers, not exact or not there is named', () => {
    expect(() => decodeMat(bytes, 'complex')).toThrow(
      'complex numbers in `complex`, which are not read; save real(',
    )
    expect(() => decodeMat(bytes, 'text')).toThrow('text in `text`, which is not read; save')
    expect(() => decodeMat(bytes, 'cell')).toThrow('a cell array in `cell`')
    expect(() => decodeMat(bytes, 'sparse')).toThrow('a sparse matrix in `sparse`')
    expect(() => decodeMat(bytes, 'inexact')).toThrow(
      'holds 9007199254740993, which float32 does not have exactly',
    )
    expect(() => decodeMat(bytes, 'nothing')).toThrow('holds no array `nothing`; name one of double, whole, ')
    expect(() => decodeMat(bytes)).toThrow('holds several arrays; name one of')
  })

  test('a file that is cut off or changed anywhere gives numbers of its shapes or one line', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, value, isCut) => {
        const copy = isCut ? bytes.slice(0, at) : bytes.with(at, value)
        try {
          const { shape, data } = decodeMat(copy, 'double')
          expect(data.length).toBe(shape.reduce((product, length) => product * length, 1))
        } catch (error) {
          expect((error as Error).message).toMatch(/^(is |holds |unpacks )[^\n]+; /)
        }
      }),
    )
  })
})

test('MATLAB: one array needs no name; other levels are named', () => {
  expect(plain(decodeMat(file('one.mat')))).toEqual(NUMBERS)
  expect(() => decodeMat(file('v4.mat'))).toThrow('is not a .mat file of MATLAB 5 to 7; save it with -v7')
  const hdf = Uint8Array.from({ length: 600 }, (_, at) => 'MATLAB 7.3 MAT-file'.charCodeAt(at) || 0)
  expect(() => decodeMat(hdf)).toThrow('is of MATLAB 7.3 (HDF5), which is not read; save it with -v7')
})

describe('safetensors', () => {
  const bytes = file('types.safetensors')
  const floats = { shape: [3], data: [1, -2.5, 0.15625] }
  const integers = { shape: [2, 2], data: [1, 2, 3, 100] }

  test('tensors of all types of whole bytes are read', () => {
    for (const name of ['F16', 'BF16', 'F32', 'F64'])
      expect(plain(decodeSafetensors(bytes, name))).toEqual(floats)
    for (const name of ['I8', 'I16', 'I32', 'I64', 'U8', 'U16', 'U32', 'U64'])
      expect(plain(decodeSafetensors(bytes, name))).toEqual(integers)
    expect(plain(decodeSafetensors(bytes, 'BOOL'))).toEqual({ shape: [3], data: [1, 0, 1] })
    expect(() => decodeSafetensors(bytes, 'F8_E4M3')).toThrow(
      'has dtype F8_E4M3 in `F8_E4M3`, which is not read; save it',
    )
    expect(() => decodeSafetensors(bytes)).toThrow('holds several tensors; name one of F16, ')
  })

  test('a header that does not fit the file is refused', () => {
    const made = (header: string, data = 4): Uint8Array => {
      const text = new TextEncoder().encode(header)
      const whole = new Uint8Array(8 + text.length + data)
      new DataView(whole.buffer).setBigUint64(0, BigInt(text.length), true)
      whole.set(text, 8)
      return whole
    }
    const one = (shape: string, offsets: string, more = ''): string =>
      `{"a":{"dtype":"F32","shape":${shape},"data_offsets":${offsets}}${more}}`
    expect(plain(decodeSafetensors(made(one('[1]', '[0,4]'))))).toEqual({ shape: [1], data: [0] })
    expect(plain(decodeSafetensors(made(one('[]', '[0,4]'))))).toEqual({ shape: [], data: [0] })
    for (const [header, data] of [
      [one('[1]', '[0,4]'), 5],
      [one('[1]', '[0,4]'), 3],
      [one('[2]', '[0,4]'), 4],
      [one('[1]', '[4,0]'), 4],
      [one('[1]', '[0,4]', ',"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'), 4],
      [one('[-1]', '[0,4]'), 4],
      ['[]', 0],
      ['{"a":1}', 0],
      ['{', 0],
    ] as const)
      expect(() => decodeSafetensors(made(header, data))).toThrow(
        /^(is not a readable .safetensors file|is damaged|holds no)/,
      )
    expect(() => decodeSafetensors(bytes.subarray(0, 7))).toThrow('it is cut off')
  })
})

describe('tables', () => {
  const read = (text: string, header?: boolean) => plain(decodeCsv(new TextEncoder().encode(text), header))

  test.each([
    ['commas', '1,2.5\n-3,4e-1\n'],
    ['tabs', '1\t2.5\n-3\t.4'],
    ['semicolons with decimal points', '1;2.5\n-3;0.4\n'],
    ['semicolons with decimal commas', '1;2,5\n-3;4,0E-1\n'],
    ['spaces, as numpy.savetxt', '# a comment\n1.0e+00  2.5\n-3 0.4\n'],
    ['lines of Windows, a byte order mark, spaces, empty lines', '\ufeff1, 2.5\r\n\r\n-3 ,0.4\r\n'],
    ['lines of an old Mac', '1,2.5\r-3,0.4\r'],
    ['a header', 'a,b\n1,2.5\n-3,0.4\n'],
    ['a header in quotes with separators and breaks in it', '"a,""1""\n2",b\n"1","2.5"\n-3,+.4\n'],
  ])('with %s are read', (_, text) => {
    expect(read(text)).toEqual({ shape: [2, 2], data: [1, 2.5, -3, 0.4] })
  })

  test('have a header of numbers where one is said to be there, and none where not', () => {
    expect(read('0,1\n5,6\n', true)).toEqual({ shape: [1, 2], data: [5, 6] })
    expect(() => read('a,b\n5,6\n', false)).toThrow('has "a" in line 1, column 1; give a finite number')
    expect(read('7')).toEqual({ shape: [1, 1], data: [7] })
    expect(plain(decodeCsv(file('savetxt.txt')))).toEqual(NUMBERS)
  })

  test('are refused with line and column', () => {
    expect(() => read('1,2\n3,\n')).toThrow('has an empty cell in line 2, column 2; give a number')
    expect(() => read('"a\nb",c\n1,2\n3,x1\n')).toThrow('has "x1" in line 4, column 2; give a finite number')
    for (const cell of ['nan', 'inf', '1e999', '0x10', '1_000', '1.2.3', '1 2', '--1', '1,0'])
      expect(() => read(`1\t2\n3\t${cell}\n`)).toThrow(
        `has "${cell}" in line 2, column 2; give a finite number`,
      )
    expect(() => read('1,2\n3\n')).toThrow('has 1 cells in line 2 and 2 in line 1; give all lines the same')
    expect(() => read('a,b,c\n1,2\n')).toThrow(
      'has 2 cells in line 2 and 3 in line 1; give all lines the same',
    )
    expect(() => read('"1,2\n3,4\n')).toThrow('opens a quote in line 1 that nothing closes; close it')
    expect(() => read('1,"2"3\n')).toThrow('has more behind the quotes of a cell in line 1')
    for (const text of ['', '\n\n', 'a,b\n', '# nothing\n'])
      expect(() => read(text)).toThrow('holds no numbers; give')
    expect(() => decodeCsv(Uint8Array.of(0xff, 0xfe, 49, 0))).toThrow(
      'is not text in UTF-8; save it as CSV in UTF-8',
    )
  })

  test.each([
    ['NaN,1', 'NaN', 1],
    ['1,0x10', '0x10', 2],
    ['1_000,2', '1_000', 1],
    ['true,1', 'true', 1],
    ['true,false', 'true', 1],
    ['inf,-Infinity', 'inf', 1],
    ['1.234,5;2', '1.234,5', 1],
    ['1,5\t2,5', '1,5', 1],
    ['x,2', 'x', 1],
    ['1st,2nd', '1st', 1],
    ['NA NA', 'NA', 1],
  ])('never lose a first line of numbers with a fault: %s', (line, cell, column) => {
    for (const more of ['', `\n${line.replace(/[^\s,;]+/g, '1')}`])
      expect(() => read(line + more)).toThrow(
        `has "${cell}" in line 1, column ${column}, in a line that looks like numbers; give a finite number, or set "header": true`,
      )
    expect(() => read(line, false)).toThrow(`has "${cell}" in line 1, column ${column}; give a finite number`)
    const separator = /[;\t ]/.exec(line)?.[0] ?? ','
    expect(read(`${line}\n3${separator}4`, true)).toEqual({ shape: [1, 2], data: [3, 4] })
  })

  test.each([
    ['lines of unequal lengths', 'Once upon a time\nthere was a network, which\nlearned.', 'Once', 1],
    ['lines of equal lengths', '# A title\n\nOnce\nagain\n', 'Once', 3],
    ['a number in the first line', '1984 was a year\nwith 12 months in it', 'was', 1],
    ['a quote', '"Once, he said,\nthere was a network', 'Once', 1],
    ['names alone', 'name,city\nBob,Rome\n', 'name', 1],
  ])('are no prose, whose first word that is no number is named: %s', (_, text, word, line) => {
    expect(() => read(text)).toThrow(
      `is no table of numbers: "${word}" in line ${line} is not a number; give lines of numbers`,
    )
  })

  test('with a column of words name it, and give it as labels where it is the first or the last', () => {
    const labelled = (text: string) => decodeLabelled(new TextEncoder().encode(text))
    expect(() => read('x,y,sort\n1,2,a\n3,4,b\n')).toThrow(
      /^has "a" in line 2, column 3; give a finite number, or remove column 3, which has no numbers$/,
    )
    expect(() => read('1,2,a\n3,4,b\n')).toThrow(/or remove column 3, which has no numbers$/)
    expect(() => read('u,1,2,3,a\nv,3,4,5,b\n')).toThrow(/or remove columns 1, 5, which have no numbers$/)
    expect(() => read('1,2,a\n3,4,5\n')).not.toThrow(/remove/)
    for (const text of ['x,y,sort\n1,2,a\n3,4,b\n', '1,2,a\n3,4,b\n', 'a;1;2\nb;3;4', 'a 1 2\nb 3 4'])
      expect({ labels: labelled(text)?.labels, ...plain(labelled(text)!.array) }).toEqual({
        labels: ['a', 'b'],
        shape: [2, 2],
        data: [1, 2, 3, 4],
      })
    for (const text of [
      '1,2\n3,4',
      '1,a,2\n3,b,4',
      'u,1,a\nv,2,b',
      '1,2,a\n3,4,\n',
      'a,b\nc,d',
      'a,b\n',
      'a b\nc d\ne',
    ])
      expect(labelled(text)).toBe(undefined)
    expect(() => labelled('a,1,2\nb,3,x')).toThrow('has "x" in line 2, column 3; give a finite number')
  })

  test('refuse integers that float32 does not have, as .npy does', () => {
    expect(() => read('1,2\n3,16777217')).toThrow(
      'has 16777217 in line 2, column 2, which float32 does not have exactly; give',
    )
    expect(read('16777216,16777217.0,-33554436').data).toEqual([16777216, 16777217, -33554436])
  })

  test('have the numbers that were written, to the last bit', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true })
    const table = fc.integer({ min: 1, max: 4 }).chain((columns) =>
      fc.array(fc.array(number, { minLength: columns, maxLength: columns }), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    fc.assert(
      fc.property(table, fc.constantFrom(',', ';', '\t', ' '), (rows, mark) => {
        const text = rows.map((row) =>
          row.map((value) => (Object.is(value, -0) ? '-0' : value.toExponential())).join(mark),
        )
        expect(read(text.join('\n')).data).toEqual(rows.flat())
      }),
    )
  })
})

test('endings say what a file is, with names behind a #', () => {
  for (const [path, found, name] of [
    ['a/b.npy', 'a/b.npy', undefined],
    ['b.CSV.gz', 'b.CSV.gz', undefined],
    ['b.mat#x', 'b.mat', 'x'],
    ['b.safetensors#model.layers.0', 'b.safetensors', 'model.layers.0'],
    ['b.npz', 'b.npz', undefined],
  ] as const)
    expect(requireArrayFile(path)).toMatchObject({ file: found, name })
  expect(() => requireArrayFile('b.h5')).toThrow(
    'b.h5 has no ending of an array; the endings are .npy, .csv, .tsv, .txt, .npz',
  )
})
