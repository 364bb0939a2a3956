declare module '*.wgsl?raw' {
  const source: string
  export default source
}

/** Vite puts the files of a pattern in its place. */
interface ImportMeta {
  glob<T>(
    pattern: string,
    options: { readonly query: string; readonly import: string; readonly eager: true },
  ): Readonly<Record<string, T>>
  glob<T>(pattern: string, options: { readonly import: string }): Readonly<Record<string, () => Promise<T>>>
}

/** Of jsonc-parser, which has types of its index alone: what is used of this file. */
declare module 'jsonc-parser/lib/esm/impl/edit.js' {
  import type { Edit, JSONPath, ModificationOptions } from 'jsonc-parser'

  /** The edits that `modify` of the index gives. */
  export function setProperty(
    text: string,
    path: JSONPath,
    value: unknown,
    options: ModificationOptions,
  ): Edit[]
  export function applyEdit(text: string, edit: Edit): string
}
