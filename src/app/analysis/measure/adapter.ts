/** The word for the adapter that is measured. */
import { isSoftware } from '../../../core/gpu/adapter.ts'

/** A software adapter is no GPU. */
export function adapterWord({ adapterInfo }: GPUDevice): string {
  return isSoftware(adapterInfo) ? 'adapter' : 'GPU'
}
