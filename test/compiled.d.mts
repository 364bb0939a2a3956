export function keepCompiled(device: GPUDevice): readonly unknown[]
