/**
 * Small networks in one kernel: many ticks in one dispatch, including stimulus and probes. The state of a
 * replica is in the registers of the lanes that share it (one subgroup, or one invocation).
 *
 * The lone form has one invocation for a replica, and many replicas in a workgroup: no sums over lanes, no idle
 * lanes, and four replicas for each instruction of a software adapter. It needs more registers and a longer
 * kernel.
 */
import { hashText } from '../../math/hash.ts'
import type { Batched } from '../batched.ts'
import { RUNS } from '../clock.ts'
import { parseKernel } from '../kernels.ts'
import { type Planning, addBuffer } from '../planning.ts'
import { quadsHeld, refusalOf } from './eligible.ts'
import { groupFlags } from './flags.ts'
import { knowsOf } from './held.ts'
import { writeKernel } from './kernel.ts'
import type { ResidentParts } from './types.ts'

/** Replicas in a workgroup if each is one invocation; fewer on a software adapter, to use all cores. */
const TOGETHER = { hardware: 64, software: 16 }

/** Time to compile a line, as a number of dispatches. Measured: 1 to 2 ms a line on SwiftShader, 20 to 50 us a dispatch. */
const DISPATCHES_A_LINE = 50

/** Time of one quad of one replica in a tick, as a number of dispatches; measured as above. */
const DISPATCHES_A_QUAD = { subgroup: 1 / 1300, invocation: 1 / 9000 }

/** The most lines of a kernel unless it is forced: compile time grows faster than linearly. */
const MOST_LINES = 1000

/**
 * The resident form of a network, or the reason why there is none: too large, or a part that only other kernels
 * support.
 */
export function planResident(planning: Planning, parts: ResidentParts): Batched | string {
  const refusal = refusalOf(planning, parts)
  if (refusal !== undefined) return refusal
  const { model, limits, buffers } = planning
  const { lanes } = parts
  const together = lanes > 1 ? 1 : planning.software ? TOGETHER.software : TOGETHER.hardware
  const groups = Math.ceil(model.replicas / together)
  const across = Math.min(groups, limits.maxComputeWorkgroupsPerDimension)
  const down = Math.ceil(groups / across)
  const written = writeKernel(planning, parts, [across * down, together])
  const arenaBytes = written.parts.reduce((sum, { bytes }) => sum + bytes, 0)
  if (arenaBytes > Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize))
    return `its ${arenaBytes} bytes are more than this adapter binds as one buffer`
  addBuffer(planning, 'arena', arenaBytes)
  const masked = new Set(model.layers.flatMap(({ name }) => (buffers.has(`${name}/free`) ? [name] : [])))
  const perQuad = lanes === 1 ? DISPATCHES_A_QUAD.invocation : DISPATCHES_A_QUAD.subgroup
  return {
    lanes,
    together,
    worth: written.lines > MOST_LINES ? Infinity : DISPATCHES_A_LINE * written.lines,
    effort: quadsHeld(planning, lanes) * model.replicas * perQuad,
    operation: {
      label: 'resident',
      owner: 'resident',
      stage: 'resident',
      kernel: parseKernel(`resident-${digest(written.source)}`, 'live', written.source),
      constants: {},
      buffers: { arena: 'arena', ring: 'ring', faults: 'faults', clock: 'clock' },
      workgroups: [across, down, 1],
      params: written.params,
      every: () => 1,
    },
    knows: knowsOf(planning),
    arena: 'arena',
    parts: written.parts,
    flags: (m, tick, shown) => RUNS | groupFlags(m, masked, tick, shown),
  }
}

/** A name for a text: two hashes of 32 bits. */
function digest(text: string): string {
  const halves = [hashText(text), hashText(text, 0x01000193, 0x85ebca6b)]
  return halves.map((half) => half.toString(16).padStart(8, '0')).join('')
}
