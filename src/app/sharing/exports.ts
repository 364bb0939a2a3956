/** Files of the page, and their names. */
import { escaped } from '../../core/errors.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Opened } from '../session/opened.ts'
import { type Source, readShipped } from '../session/source.ts'

/** A file for the reader. */
export interface Download {
  readonly name: string
  readonly content: BlobPart
  /** A note for the reader. */
  readonly notice?: string
}

/** Makes the file of an export. */
export type Make = (opened: Opened) => Promise<Download>

/** The scenario with its present parameters. */
export function scenarioFile({ simulation, source }: Pick<Opened, 'simulation' | 'source'>): Download {
  const { scenario } = simulation.model
  return {
    name: `${stemOf({ source })}.json`,
    content: `${JSON.stringify(scenario, null, 2)}\n`,
    ...(namesFiles(scenario)
      ? {
          notice: 'Saved. The scenario names files; "Network with its data" saves both in one file.',
        }
      : {}),
  }
}

/**
 * A scenario with the files that it names.
 * @param source - reads them
 * @throws ModelError for a file that cannot be read
 */
export async function bundleFile(scenario: Scenario, { read }: Source, stem: string): Promise<Download> {
  const { encodeBundle } = await import('../../core/model/bundle.ts')
  const content = await encodeBundle(scenario, read ?? readShipped)
  return { name: `${stem}.engram`, content: toBlobPart(content) }
}

/** Starts the download of a file. */
export function download({ name, content }: Download): void {
  const url = URL.createObjectURL(new Blob([content]))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Browsers do not report when they have read the content.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function namesFiles(scenario: Scenario): boolean {
  return /"paths?":/.test(JSON.stringify(scenario))
}

/** The caption below a picture. */
export function captionOf({ tick, model: { scenario } }: Opened['simulation']): string {
  return `${escaped(scenario.name)} · tick ${tick} · seed ${scenario.seed}`
}

/** The base name of the files of a scenario. */
export function stemOf({ source: { origin, model } }: Pick<Opened, 'source'>): string {
  const slug = model.scenario.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return origin?.id ?? (slug === '' ? 'scenario' : slug)
}

/** The bytes from fflate are never shared between threads. */
export function toBlobPart(bytes: Uint8Array): BlobPart {
  return bytes as Uint8Array<ArrayBuffer>
}
