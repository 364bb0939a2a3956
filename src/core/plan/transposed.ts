/** Values that are stored by rows and again by columns, such as those of a fixed sparse memory. */

/** The buffer of the values of a memory by columns. */
export function valuesByColumn(memory: string): string {
  return `${memory}/transposed/values`
}

/** True for a memory whose values are stored in both orders and cannot be written. */
export function standsTwice(buffers: readonly { readonly name: string }[], memory: string): boolean {
  return buffers.some(({ name }) => name === valuesByColumn(memory))
}
