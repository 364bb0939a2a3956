/** The lessons of the shipped scenarios, by the names of their files. */
import { readFileSync, readdirSync } from 'node:fs'
import { parseScenario } from '../src/core/model/parse.ts'
import type { Lesson, Try } from '../src/core/model/schema.ts'

/** Shipped lessons have three tries. */
type Shipped = Lesson & { readonly tries: readonly [Try, Try, Try] }

const folder = new URL('../scenarios/', import.meta.url)

export const LESSONS: Readonly<Record<string, Shipped>> = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const { lesson } = parseScenario(JSON.parse(readFileSync(new URL(name, folder), 'utf8')))
      return lesson === undefined ? [] : [[name.replace(/\.json$/, ''), lesson as Shipped] as const]
    }),
)
