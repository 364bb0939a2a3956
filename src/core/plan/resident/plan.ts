/**
 * Small networks whole in one kernel: many ticks in one dispatch, all state of a replica in the registers of the few
 * lanes that share it (one subgroup, or one invocation), stimulus and probes included.
 *
 * The lone form has one invocation for a replica, and many replicas in a workgroup: no sums over lanes, none idle, and on
 * a software adapter four replicas to an instruction; but as many times the registers, and a longer kernel.
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

/** Replicas of a workgroup where each is one invocation; fewer on a software adapter, so that all cores have some. */
const TOGETHER = { hardware: 64, software: 16 }

/** Dispatches that take as long as compiling a line does. Measured: 1 to 2 ms a line on SwiftShader, 20 to 50 us a dispatch. */
const DISPATCHES_A_LINE = 50

/** Dispatches that take as long as one quad of one replica does in a tick; measured as above. */
const DISPATCHES_A_QUAD = { subgroup: 1 / 1300, invocation: 1 / 9000 }

/** Lines of a kernel that nobody asked for: compilers take more than linear time. */
const MOST_LINES = 1000

/** The resident form of a network; or why there is none: it is too large or has a part that only the other kernels know. */
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
    return `its ${arenaBytes} bytes are more than this adapter binds at a time`
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
