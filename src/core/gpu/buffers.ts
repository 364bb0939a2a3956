/** The buffers of a plan, by name; buffers on demand are allocated at the first access. */
import type { BufferPlan } from '../plan/operation.ts'
import type { Derived } from '../plan/derived.ts'
import type { Plan } from '../plan/plan.ts'

export interface Buffers {
  /** The buffer of a name; a buffer on demand is allocated by this call. */
  readonly of: (name: string) => GPUBuffer
  /** Derived arrays whose buffers are allocated. */
  readonly made: ReadonlySet<Derived>
  destroy(): void
}

/**
 * @param clock - the buffer of the name `clock`; destroyed with the others
 * @param onMade - called after the buffers of an array on demand are allocated
 */
export function createBuffers(
  device: GPUDevice,
  plan: Plan,
  clock: GPUBuffer,
  onMade: (owner: Derived) => void,
): Buffers {
  const made = new Set(plan.derived.filter(({ made }) => made !== 'demand'))
  const buffers = new Map([['clock', clock]])
  const demanded = new Set<string>()

  const allocate = ({ name, bytes }: BufferPlan): void => {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
    buffers.set(name, device.createBuffer({ label: name, size: bytes, usage }))
  }
  for (const planned of plan.buffers) {
    if (planned.lifetime === 'demand') demanded.add(planned.name)
    else allocate(planned)
  }

  /** Allocates all buffers of the array on demand that contains this buffer. */
  const provide = (name: string): void => {
    const owner = plan.derived.find((one) => one.buffers.includes(name))
    if (owner === undefined) throw new Error(`nothing writes the buffer \`${name}\``)
    made.add(owner)
    for (const planned of plan.buffers)
      if (owner.buffers.includes(planned.name) && demanded.delete(planned.name)) allocate(planned)
    onMade(owner)
  }

  return {
    of(name) {
      if (demanded.has(name)) provide(name)
      const found = buffers.get(name)
      if (found === undefined) throw new Error(`the plan has no buffer \`${name}\``)
      return found
    },
    made,
    destroy() {
      for (const one of buffers.values()) one.destroy()
    },
  }
}
