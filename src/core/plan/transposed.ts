/** Values that stand once by rows and once by columns, as those of a fixed sparse memory. */

/** The buffer of the values of a memory by columns. */
export function valuesByColumn(memory: string): string {
  return `${memory}/transposed/values`
}

/** True for a memory whose values stand in both orders, so that they cannot be written. */
export function standsTwice(buffers: readonly { readonly name: string }[], memory: string): boolean {
  return buffers.some(({ name }) => name === valuesByColumn(memory))
}
