/** @file What is public: the runtimes, the kernel list, calls as data, the C sources. */
export { loadRuntime, runtimeAvailability } from './runtime.js';
export type { KernelRuntime, RuntimeName } from './runtime.js';
export type { Rounding } from './backend.js';

export type { KernelSession, TensorOffsets } from './session.js';
export type { EncodedCall, EncodedRequests, KernelRequest } from './requests.js';
export { HEAP_ALIGNMENT } from './words.js';
export type { KernelParams, ParamArray } from './words.js';

export { findKernel } from './manifest.js';
export type { FieldType, KernelEntry, KernelField, KernelManifest } from './manifest.js';

export { runtimeIncludeDirectories, runtimeSources } from './sources.js';
export type { SourceFile } from './sources.js';

export { RuntimeError } from './errors.js';
export type { RuntimeErrorCode, RuntimeErrorContext } from './errors.js';
