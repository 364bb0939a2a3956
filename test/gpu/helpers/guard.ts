/** Bytes of NaN behind each buffer. */
const GUARD = 4096

const nan = new Float32Array(GUARD / 4).fill(NaN)

/** From now on, buffers of `device` that shaders bind have NaN behind them. */
export function guard(device: GPUDevice): void {
  const create = device.createBuffer.bind(device)
  device.createBuffer = (descriptor) => {
    const { size, usage, mappedAtCreation } = descriptor
    if ((usage & GPUBufferUsage.STORAGE) === 0 || mappedAtCreation) return create(descriptor)
    const end = Math.ceil(size / 4) * 4
    const buffer = create({ ...descriptor, size: end + GUARD, usage: usage | GPUBufferUsage.COPY_DST })
    device.queue.writeBuffer(buffer, end, nan)
    Object.defineProperty(buffer, 'size', { value: size })
    return buffer
  }
}
