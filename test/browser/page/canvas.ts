/** Computes the squares of 0 to 3 in a kernel and fills the canvas with the colour of the last: 9 / 9 = full green. */
async function draw(): Promise<number[]> {
  const adapter = await navigator.gpu.requestAdapter()
  if (adapter === null) throw new Error('no adapter')
  const device = await adapter.requestDevice()
  const context = document.querySelector('canvas')?.getContext('webgpu')
  if (!context) throw new Error('no WebGPU context')
  const format = navigator.gpu.getPreferredCanvasFormat()
  context.configure({ device, format })

  const module = device.createShaderModule({
    code: /* wgsl */ `
      @group(0) @binding(0) var<storage, read_write> squares: array<f32, 4>;
      @compute @workgroup_size(4) fn square(@builtin(global_invocation_id) id: vec3u) {
        squares[id.x] = f32(id.x * id.x);
      }
      @group(0) @binding(1) var<storage, read> shown: array<f32, 4>;
      @vertex fn corner(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
        return vec4f(vec2f(f32(index % 2) * 4 - 1, f32(index / 2) * 4 - 1), 0, 1);
      }
      @fragment fn colour() -> @location(0) vec4f {
        return vec4f(0, shown[3] / 9, 0, 1);
      }`,
  })
  const squares = device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC })
  const copy = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
  const compute = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'square' } })
  const render = device.createRenderPipeline({
    layout: 'auto',
    vertex: { module, entryPoint: 'corner' },
    fragment: { module, entryPoint: 'colour', targets: [{ format }] },
  })
  const bind = (pipeline: GPUPipelineBase, binding: number): GPUBindGroup =>
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding, resource: { buffer: squares } }],
    })

  const encoder = device.createCommandEncoder()
  const computing = encoder.beginComputePass()
  computing.setPipeline(compute)
  computing.setBindGroup(0, bind(compute, 0))
  computing.dispatchWorkgroups(1)
  computing.end()
  const view = context.getCurrentTexture().createView()
  const drawing = encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store' }] })
  drawing.setPipeline(render)
  drawing.setBindGroup(0, bind(render, 1))
  drawing.draw(3)
  drawing.end()
  encoder.copyBufferToBuffer(squares, 0, copy, 0, 16)
  device.queue.submit([encoder.finish()])
  await copy.mapAsync(GPUMapMode.READ)
  return [...new Float32Array(copy.getMappedRange())]
}

Object.assign(window, { drawn: draw() })
