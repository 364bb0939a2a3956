/** TensorFlow.js on WebGPU and on WebAssembly. */
import * as tf from '@tensorflow/tfjs-core'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url'
import basic from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'
import '@tensorflow/tfjs-backend-webgpu'
import type { Inputs, Peer, Runner, Work } from './work.ts'

setWasmPaths({
  'tfjs-backend-wasm.wasm': basic,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
})

function peer(backend: 'webgpu' | 'wasm'): Peer {
  return {
    id: `tfjs-${backend}`,
    title: `TensorFlow.js ${tf.version_core}, ${backend}`,
    on: backend === 'webgpu' ? 'GPU' : 'CPU',
    async prepare(work, inputs) {
      if (!(await tf.setBackend(backend))) return undefined
      await tf.ready()
      return prepare(backend, work, inputs)
    },
  }
}

export const tensorflowWebgpu = peer('webgpu')
export const tensorflowWasm = peer('wasm')

function prepare(backend: string, work: Work, { matrix, states, columns }: Inputs): Runner {
  const fixed: tf.Tensor[] = []
  const keep = <T extends tf.Tensor>(tensor: T): T => {
    fixed.push(tensor)
    return tensor
  }
  let state: tf.Tensor
  /** Other things that change. */
  let other: tf.Tensor | undefined
  let tick: () => void
  const replace = (next: tf.Tensor): void => {
    state.dispose()
    state = next
  }
  switch (work.kind) {
    case 'recall': {
      const xi = keep(tf.tensor2d(matrix, [work.hidden, work.visible]))
      state = tf.tensor2d(states, [work.states, work.visible])
      tick = () =>
        replace(
          tf.tidy(() => {
            const f = tf.softmax(tf.mul(tf.matMul(state as tf.Tensor2D, xi, false, true), work.beta))
            const pull = tf.matMul(f as tf.Tensor2D, xi)
            return tf.add(state, tf.mul(tf.sub(pull, state), work.rate))
          }),
        )
      break
    }
    case 'learning': {
      const { visible, hidden, replicas, beta, rate } = work
      const rows = Array.from({ length: hidden }, (_, row) =>
        keep(tf.tensor3d(states.slice(row * visible, (row + 1) * visible), [1, 1, visible])),
      )
      state = tf.tensor3d(matrix, [replicas, hidden, visible])
      let count = 0
      tick = () => {
        const v = rows[count++ % hidden] as tf.Tensor3D
        replace(
          tf.tidy(() => {
            const w = tf.softmax(tf.mul(tf.sum(tf.mul(state, v), 2), beta))
            const gate = tf.mul(tf.reshape(w, [replicas, hidden, 1]), rate)
            return tf.add(state, tf.mul(gate, tf.sub(v, state)))
          }),
        )
      }
      break
    }
    case 'plastic': {
      const { size, rate, step, kappa } = work
      const base = keep(tf.tensor2d(matrix, [size, size]))
      state = tf.tensor2d(states, [size, 1])
      let w = tf.clone(base)
      other = w
      tick = () => {
        const [x, next] = tf.tidy(() => {
          const g = tf.tanh(state) as tf.Tensor2D
          const input = tf.matMul(w, g)
          const drive = tf.mul(tf.matMul(g, g, false, true), kappa)
          const moved: tf.Tensor2D = tf.add(w, tf.mul(tf.sub(drive, tf.sub(w, base)), rate))
          return [tf.add(state, tf.mul(tf.sub(input, state), step)), moved]
        })
        replace(x as tf.Tensor)
        w.dispose()
        w = next as tf.Tensor2D
        other = w
      }
      break
    }
    case 'sparse': {
      const { size, degree, rate } = work
      const values = keep(tf.tensor2d(matrix, [size, degree]))
      const places = keep(tf.tensor1d(columns ?? new Int32Array(), 'int32'))
      state = tf.tensor1d(states)
      tick = () =>
        replace(
          tf.tidy(() => {
            const g = tf.reshape(tf.gather(tf.tanh(state), places), [size, degree])
            const input = tf.sum(tf.mul(values, g), 1)
            return tf.add(state, tf.mul(tf.sub(input, state), rate))
          }),
        )
      break
    }
    case 'convolution': {
      const { side, filters, kernel, rate } = work
      // Its filters have the places first.
      const given = tf.tensor4d(matrix, [filters, 1, kernel, kernel])
      const k: tf.Tensor4D = keep(tf.transpose(given, [2, 3, 1, 0]))
      given.dispose()
      const shape: [number, number, number, number] = [1, side, side, 1]
      state = tf.tensor4d(states, shape)
      tick = () =>
        replace(
          tf.tidy(() => {
            const f = tf.relu(tf.conv2d(state as tf.Tensor4D, k, 1, 'same'))
            const pull = tf.conv2dTranspose(f, k, shape, 1, 'same')
            return tf.add(state, tf.mul(tf.sub(pull, state), rate))
          }),
        )
      break
    }
  }
  return {
    async run(ticks) {
      await tf.setBackend(backend)
      for (let count = 0; count < ticks; count++) tick()
      await finished(backend)
    },
    async result() {
      await tf.setBackend(backend)
      return Float32Array.from(await state.data())
    },
    destroy() {
      for (const tensor of [...fixed, state, ...(other === undefined ? [] : [other])]) tensor.dispose()
    },
  }
}

/** Resolves when what was called has been computed, without reading it back. */
async function finished(backend: string): Promise<void> {
  if (backend !== 'webgpu') return
  const own = tf.backend() as unknown as {
    readonly queue: GPUQueue
    readonly commandEncoder: GPUCommandEncoder | null
    endComputePassEncoder(): void
    submitQueue(): void
  }
  // It submits when it likes; what is still recorded goes now.
  own.endComputePassEncoder()
  if (own.commandEncoder !== null) own.submitQueue()
  await own.queue.onSubmittedWorkDone()
}
