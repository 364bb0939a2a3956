/** Bytes of NaN behind each buffer. */
const GUARD = 4096

const nan = new Float32Array(GUARD / 4).fill(NaN)

/** From now on, buffers of `device` that shaders bind have NaN behind them. */
export function guard(device: GPUDevice): void {
  const create = device.createBuffer.bind(device)
  device.createBuffer = (descriptor) => {
    const { size, usage, mappedAtCreation } = descriptor
    if ((usage & GPUBufferUsage.STORAGE) === 0) return create(descriptor)
    const end = Math.ceil(size / 4) * 4
    const buffer = create({ ...descriptor, size: end + GUARD, usage: usage | GPUBufferUsage.COPY_DST })
    const close = (): void => {
      device.queue.writeBuffer(buffer, end, nan)
    }
    if (mappedAtCreation) {
      const unmap = buffer.unmap.bind(buffer)
      buffer.unmap = () => {
        unmap()
        close()
      }
    } else close()
    Object.defineProperty(buffer, 'size', { value: size })
    return buffer
  }
}
