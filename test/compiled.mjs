/**
 * Dawn gives what it has compiled to who asks for the same, as long as there is someone who has it. From now on there is, for all
 * modules and pipelines of `device`.
 * @param {GPUDevice} device
 */
export function keepCompiled(device) {
  const compiled = []
  for (const name of ['createShaderModule', 'createComputePipeline', 'createComputePipelineAsync']) {
    const create = device[name]
    device[name] = (...args) => {
      const result = create.apply(device, args)
      compiled.push(result)
      return result
    }
  }
  return compiled
}
