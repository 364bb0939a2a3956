/** Many ticks in one dispatch. */
import type { Batched } from '../plan/batched.ts'
import type { Command } from './commands.ts'

/** The dispatch of many ticks, and the copies around it. */
export interface BatchedCommand {
  readonly command: Command
  /** Copies the inputs of the kernel into its arena, and its results back into the buffers of the plan. */
  readonly copyIn: (encoder: GPUCommandEncoder) => void
  readonly copyOut: (encoder: GPUCommandEncoder) => void
}

/** @param buffer - the buffer of a name in the plan */
export function batchedCommand(
  { arena, parts }: Batched,
  command: Command,
  buffer: (name: string) => GPUBuffer,
): BatchedCommand {
  return {
    command,
    copyIn(encoder) {
      for (const { buffer: name, offset, bytes } of parts)
        encoder.copyBufferToBuffer(buffer(name), 0, buffer(arena), offset, bytes)
    },
    copyOut(encoder) {
      for (const { buffer: name, offset, bytes, writes } of parts)
        if (writes) encoder.copyBufferToBuffer(buffer(arena), offset, buffer(name), 0, bytes)
    },
  }
}
