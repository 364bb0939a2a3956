/** Many ticks as one dispatch. */
import type { Batched } from '../plan/batched.ts'
import type { Command } from './commands.ts'

/** The dispatch of many ticks, and the copies around it. */
export interface BatchedCommand {
  readonly command: Command
  /** Brings what the kernel reads into its arena; and what it has changed back to where everything else finds it. */
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
