/// <reference types="@webgpu/types" preserve="true" />
/** The library for Node: everything of src/core/index.ts, scenario files and devices. */
export * from '../core/index.ts'
export { type AdapterInfo, type DeviceOptions, requestDevice, type RequestedDevice } from './device.ts'
export { type ListedAdapter, listAdapters } from './devices.ts'
export { loadScenario } from './scenario.ts'
