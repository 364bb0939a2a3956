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

/** Of jsonc-parser, whose index has types alone: what is used of this file. */
declare module 'jsonc-parser/lib/esm/impl/parser.js' {
  export { parse, visit } from 'jsonc-parser'
}
