/** Plain JavaScript loops over typed arrays, in one thread. */
import type { Convolution, Inputs, Learning, Peer, Plastic, Recall, Runner, Sparse, Work } from './work.ts'

export const plain: Peer = {
  id: 'plain-js',
  title: 'plain JavaScript',
  on: 'CPU',
  prepare: (work, inputs) => Promise.resolve(runnerOf(work, inputs)),
}

function runnerOf(work: Work, inputs: Inputs): Runner {
  switch (work.kind) {
    case 'recall':
      return recall(work, inputs)
    case 'learning':
      return learning(work, inputs)
    case 'plastic':
      return plastic(work, inputs)
    case 'sparse':
      return sparse(work, inputs)
    case 'convolution':
      return convolution(work, inputs)
  }
}

function runner(values: Float32Array, tick: () => void): Runner {
  return {
    run(ticks) {
      for (let count = 0; count < ticks; count++) tick()
      return Promise.resolve()
    },
    result: () => Promise.resolve(values.slice()),
    destroy: () => undefined,
  }
}

function softmax(values: Float32Array, beta: number): void {
  let most = -Infinity
  for (const value of values) most = Math.max(most, value)
  let sum = 0
  for (let k = 0; k < values.length; k++) sum += values[k] = Math.exp(beta * (values[k]! - most))
  for (let k = 0; k < values.length; k++) values[k] = values[k]! / sum
}

function recall({ visible, hidden, states, rate, beta }: Recall, inputs: Inputs): Runner {
  const { matrix } = inputs
  const v = inputs.states.slice()
  const f = new Float32Array(hidden)
  const pull = new Float32Array(visible)
  return runner(v, () => {
    for (let state = 0; state < states; state++) {
      const own = v.subarray(state * visible, (state + 1) * visible)
      for (let mu = 0; mu < hidden; mu++) {
        const start = mu * visible
        let sum = 0
        for (let i = 0; i < visible; i++) sum += matrix[start + i]! * own[i]!
        f[mu] = sum
      }
      softmax(f, beta)
      pull.fill(0)
      for (let mu = 0; mu < hidden; mu++) {
        const start = mu * visible
        const weight = f[mu]!
        for (let i = 0; i < visible; i++) pull[i] = pull[i]! + weight * matrix[start + i]!
      }
      for (let i = 0; i < visible; i++) own[i] = own[i]! + rate * (pull[i]! - own[i]!)
    }
  })
}

function learning({ visible, hidden, replicas, rate, beta }: Learning, inputs: Inputs): Runner {
  const xi = inputs.matrix.slice()
  const w = new Float32Array(hidden)
  let tick = 0
  return runner(xi, () => {
    const row = tick++ % hidden
    const v = inputs.states.subarray(row * visible, (row + 1) * visible)
    for (let replica = 0; replica < replicas; replica++) {
      const start = replica * hidden * visible
      for (let mu = 0; mu < hidden; mu++) {
        let sum = 0
        for (let i = 0; i < visible; i++) sum += xi[start + mu * visible + i]! * v[i]!
        w[mu] = sum
      }
      softmax(w, beta)
      for (let mu = 0; mu < hidden; mu++) {
        const gate = rate * w[mu]!
        for (let i = 0; i < visible; i++) {
          const at = start + mu * visible + i
          xi[at] = xi[at]! + gate * (v[i]! - xi[at]!)
        }
      }
    }
  })
}

function plastic({ size, rate, step, kappa }: Plastic, inputs: Inputs): Runner {
  const x = inputs.states.slice()
  const base = inputs.matrix
  const w = base.slice()
  const g = new Float32Array(size)
  const input = new Float32Array(size)
  return runner(x, () => {
    for (let i = 0; i < size; i++) g[i] = Math.tanh(x[i]!)
    for (let i = 0; i < size; i++) {
      const start = i * size
      const drive = kappa * g[i]!
      let sum = 0
      for (let j = 0; j < size; j++) {
        const value = w[start + j]!
        sum += value * g[j]!
        w[start + j] = value + rate * (drive * g[j]! - (value - base[start + j]!))
      }
      input[i] = sum
    }
    for (let i = 0; i < size; i++) x[i] = x[i]! + step * (input[i]! - x[i]!)
  })
}

function sparse({ size, degree, rate }: Sparse, inputs: Inputs): Runner {
  const x = inputs.states.slice()
  const { matrix, columns = new Int32Array() } = inputs
  const g = new Float32Array(size)
  return runner(x, () => {
    for (let i = 0; i < size; i++) g[i] = Math.tanh(x[i]!)
    for (let i = 0; i < size; i++) {
      let sum = 0
      for (let k = i * degree; k < (i + 1) * degree; k++) sum += matrix[k]! * g[columns[k]!]!
      x[i] = x[i]! + rate * (sum - x[i]!)
    }
  })
}

function convolution({ side, filters, kernel, rate }: Convolution, inputs: Inputs): Runner {
  const v = inputs.states.slice()
  const { matrix } = inputs
  const pull = new Float32Array(side * side)
  const reach = (kernel - 1) / 2
  return runner(v, () => {
    pull.fill(0)
    for (let filter = 0; filter < filters; filter++) {
      const weights = matrix.subarray(filter * kernel * kernel, (filter + 1) * kernel * kernel)
      for (let p = 0; p < side; p++)
        for (let q = 0; q < side; q++) {
          const [top, bottom] = [Math.max(0, reach - p), Math.min(kernel, side + reach - p)]
          const [left, right] = [Math.max(0, reach - q), Math.min(kernel, side + reach - q)]
          const first = (p - reach) * side + q - reach
          let sum = 0
          for (let i = top; i < bottom; i++)
            for (let j = left; j < right; j++) sum += weights[i * kernel + j]! * v[first + i * side + j]!
          if (sum <= 0) continue
          for (let i = top; i < bottom; i++)
            for (let j = left; j < right; j++) {
              const at = first + i * side + j
              pull[at] = pull[at]! + weights[i * kernel + j]! * sum
            }
        }
    }
    for (let at = 0; at < v.length; at++) v[at] = v[at]! + rate * (pull[at]! - v[at]!)
  })
}
