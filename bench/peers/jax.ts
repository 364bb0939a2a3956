/** jax-js on WebGPU and on WebAssembly: one jitted function a tick. */
import {
  type Array as JaxArray,
  devicePut,
  defaultDevice,
  getWebGPUDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
} from '@jax-js/jax'
import type { Inputs, Peer, Runner, Work } from './work.ts'

type Device = 'webgpu' | 'wasm'

function peer(device: Device): Peer {
  return {
    id: `jax-js-${device}`,
    title: `jax-js 0.1.25, ${device}`,
    on: device === 'webgpu' ? 'GPU' : 'CPU',
    async prepare(work, inputs) {
      const devices = await init(device)
      if (!devices.includes(device)) return undefined
      defaultDevice(device)
      return prepare(device, work, inputs)
    },
  }
}

export const jaxWebgpu = peer('webgpu')
export const jaxWasm = peer('wasm')

async function prepare(device: Device, work: Work, { matrix, states, columns }: Inputs): Promise<Runner> {
  const put = (
    data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>,
    shape: number[],
  ): Promise<JaxArray> => devicePut(np.array(data).reshape(shape), device)
  let state: JaxArray
  let tick: () => void
  const held: JaxArray[] = []
  switch (work.kind) {
    case 'recall': {
      const { hidden, visible, rate, beta } = work
      const xi = await put(matrix, [hidden, visible])
      held.push(xi)
      state = await put(states, [work.states, visible])
      const step = jit((m: JaxArray, v: JaxArray): JaxArray => {
        const f = nn.softmax(np.matmul(v.ref, m.ref.transpose()).mul(beta), -1)
        const pull = np.matmul(f, m)
        return v.ref.add(pull.sub(v).mul(rate))
      })
      tick = () => {
        state = step(xi.ref, state)
      }
      break
    }
    case 'learning': {
      const { visible, hidden, replicas, beta, rate } = work
      const rows: JaxArray[] = []
      for (let row = 0; row < hidden; row++)
        rows.push(await put(states.slice(row * visible, (row + 1) * visible), [1, 1, visible]))
      held.push(...rows)
      state = await put(matrix, [replicas, hidden, visible])
      const step = jit((v: JaxArray, xi: JaxArray): JaxArray => {
        const w = nn.softmax(xi.ref.mul(v.ref).sum(2).mul(beta), -1)
        const gate = w.mul(rate).reshape([replicas, hidden, 1])
        return xi.ref.add(gate.mul(v.sub(xi)))
      })
      let count = 0
      tick = () => {
        state = step((rows[count++ % hidden] as JaxArray).ref, state)
      }
      break
    }
    case 'plastic': {
      const { size, rate, step: length, kappa } = work
      const base = await put(matrix, [size, size])
      let w = await put(matrix, [size, size])
      held.push(base)
      state = await put(states, [size])
      const step = jit((j: JaxArray, m: JaxArray, x: JaxArray): JaxArray[] => {
        const g = np.tanh(x.ref)
        const input = np.matmul(m.ref, g.ref.reshape([size, 1])).reshape([size])
        const drive = g.ref
          .reshape([size, 1])
          .mul(g.reshape([1, size]))
          .mul(kappa)
        return [m.ref.add(drive.sub(m.sub(j)).mul(rate)), x.ref.add(input.sub(x).mul(length))]
      })
      tick = () => {
        const [next, x] = step(base.ref, w, state) as [JaxArray, JaxArray]
        w = next
        state = x
      }
      break
    }
    case 'sparse': {
      const { size, degree, rate } = work
      const values = await put(matrix, [size, degree])
      const places = await put(columns ?? new Int32Array(), [size * degree])
      held.push(values, places)
      state = await put(states, [size])
      const step = jit((a: JaxArray, at: JaxArray, x: JaxArray): JaxArray => {
        const g = np.take(np.tanh(x.ref), at).reshape([size, degree])
        return x.ref.add(a.mul(g).sum(1).sub(x).mul(rate))
      })
      tick = () => {
        state = step(values.ref, places.ref, state)
      }
      break
    }
    case 'convolution': {
      const { side, filters, kernel, rate } = work
      const forward = await put(matrix, [filters, 1, kernel, kernel])
      // K^T * f is a convolution with the filters turned by half.
      const turned = matrix.map((_, at) => {
        const filter = Math.floor(at / kernel ** 2)
        return matrix[filter * kernel ** 2 + kernel ** 2 - 1 - (at % kernel ** 2)] as number
      })
      const back = await put(turned, [1, filters, kernel, kernel])
      held.push(forward, back)
      state = await put(states, [1, 1, side, side])
      const step = jit((k: JaxArray, t: JaxArray, v: JaxArray): JaxArray => {
        const f = nn.relu(lax.conv(v.ref, k, [1, 1], 'SAME'))
        return v.ref.add(lax.conv(f, t, [1, 1], 'SAME').sub(v).mul(rate))
      })
      tick = () => {
        state = step(forward.ref, back.ref, state)
      }
      break
    }
  }
  return {
    async run(ticks) {
      defaultDevice(device)
      for (let count = 0; count < ticks; count++) tick()
      await state.blockUntilReady()
      if (device === 'webgpu') await getWebGPUDevice().queue.onSubmittedWorkDone()
    },
    async result() {
      return Float32Array.from((await state.ref.data()) as Float32Array)
    },
    destroy() {
      for (const array of [...held, state]) array.dispose()
    },
  }
}
