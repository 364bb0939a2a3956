import { expect, test } from 'vitest'
import { adaptersText, type ListedAdapter } from '../../../src/node/devices.ts'

const adapter = (source: string): ListedAdapter => ({
  name: 'one',
  type: 'software',
  vendor: 'one',
  architecture: '',
  driver: 'one 1.0',
  source,
  default: source === 'npm',
  features: [],
  limits: {},
})

test('where SwiftShader is all there is, the faster software adapter is named with its package', () => {
  expect(adaptersText([adapter('npm')])).toMatch(
    /\n\nMesa's llvmpipe, .* \(.*apt install mesa-vulkan-drivers\)$/,
  )
  expect(adaptersText([adapter('installed'), adapter('npm')])).not.toMatch(/llvmpipe/)
})
