/**
 * Classes of adapters that a plan can be made for without having one: what their makers and others publish of them, and the limits
 * that WebGPU has there at least.
 */
import type { Limits } from './layout.ts'

export interface AdapterClass {
  readonly title: string
  /** Bytes a second from and to its memory. */
  readonly bandwidth: number
  /** Float32 operations a second; a multiply-add is two. */
  readonly peak: number
  /** Typical cost of one dispatch of many, in seconds of the host. */
  readonly dispatch: number
  /** Its smallest subgroup. */
  readonly lanes: number
  readonly limits: Limits
  readonly sources: readonly string[]
}

/** Of what desktop browsers give on adapters with some GiB of memory, the least. */
const LIMITS: Limits = {
  maxStorageBufferBindingSize: 2 ** 31 - 4,
  maxBufferSize: 2 ** 31 - 4,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
}

/** The lowest of one study on several adapters of each interface; another host may take less. */
const DISPATCH = {
  vulkan: { seconds: 24e-6, source: 'dispatch: 24 to 36 us through Vulkan, arXiv:2604.02344' },
  metal: { seconds: 32e-6, source: 'dispatch: 32 to 71 us through Metal, arXiv:2604.02344' },
}

export const ADAPTER_CLASSES = {
  h100: {
    title: 'NVIDIA H100 SXM',
    bandwidth: 3.35e12,
    peak: 67e12,
    dispatch: DISPATCH.vulkan.seconds,
    lanes: 32,
    limits: LIMITS,
    sources: [
      'bandwidth 3.35 TB/s and 67 TFLOPS in float32: H100 Tensor Core GPU data sheet, NVIDIA',
      DISPATCH.vulkan.source,
    ],
  },
  m4: {
    title: 'Apple M4, 10 cores',
    bandwidth: 120e9,
    peak: 3.76e12,
    dispatch: DISPATCH.metal.seconds,
    lanes: 32,
    limits: LIMITS,
    sources: [
      'bandwidth 120 GB/s: M4 technical specifications, Apple',
      '3.76 TFLOPS: 1280 units at 1.47 GHz, a multiply-add each; 2.9 TFLOPS were measured, arXiv:2502.05317',
      DISPATCH.metal.source,
    ],
  },
  integrated: {
    title: 'Intel Iris Xe, 96 units',
    bandwidth: 68.3e9,
    peak: 2e12,
    dispatch: DISPATCH.vulkan.seconds,
    lanes: 8,
    limits: LIMITS,
    sources: [
      'bandwidth 68.3 GB/s: two channels of LPDDR4x-4267, Core i7-1165G7 specifications, Intel',
      '2.0 TFLOPS: 96 units of 8 lanes at 1.3 GHz, a multiply-add each, the same specifications',
      DISPATCH.vulkan.source,
    ],
  },
} as const satisfies Readonly<Record<string, AdapterClass>>

export type AdapterClassName = keyof typeof ADAPTER_CLASSES

export const ADAPTER_CLASS_NAMES = Object.keys(ADAPTER_CLASSES) as AdapterClassName[]
