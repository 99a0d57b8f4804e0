/** @file The C kernels, callable: one interface over WebAssembly and native code. */
import { existsSync } from 'node:fs';
import type { Backend, KernelHeap, Rounding } from './backend.js';
import { RuntimeError, checkStatus } from './errors.js';
import { binaryPath } from './files.js';
import { findKernel, parseManifest } from './manifest.js';
import type { KernelManifest } from './manifest.js';
import { loadNativeBackend } from './native.js';
import { layOutRequests } from './requests.js';
import type { EncodedRequests, KernelRequest } from './requests.js';
import { HeapSession } from './session.js';
import type { KernelSession } from './session.js';
import { loadWasmBackend } from './wasm.js';
import { paramWords } from './words.js';
import type { KernelParams } from './words.js';

export type RuntimeName = 'wasm' | 'native';

export interface KernelRuntime {
  readonly name: RuntimeName;
  readonly rounding: Rounding;
  readonly manifest: KernelManifest;
  /** Bytes of scratch memory that the kernel wants; 0 for sizes that it refuses. */
  scratchBytes(kernel: string, params: KernelParams): number;
  /** Runs one call on copies of its tensors. @throws RuntimeError E_KERNEL_STATUS, E_KERNEL_PARAMS, E_KERNEL_UNKNOWN */
  run(request: KernelRequest): Int8Array;
  /** The requests as a heap image for any machine that has `tfr_dispatch`. */
  encodeRequests(requests: readonly KernelRequest[]): EncodedRequests;
  /** A heap for a whole plan; `arenaBytes` hold all activations. */
  createSession(options: { arenaBytes: number }): KernelSession;
  dispose(): void;
}

const BACKENDS = { wasm: loadWasmBackend, native: loadNativeBackend } as const;

/** @throws RuntimeError E_RUNTIME_UNAVAILABLE when the binary is missing or does not load. */
export async function loadRuntime(
  name: RuntimeName,
  { rounding = 'single' }: { rounding?: Rounding } = {},
): Promise<KernelRuntime> {
  try {
    return new BackendRuntime(name, rounding, BACKENDS[name](rounding));
  } catch (cause) {
    throw new RuntimeError('E_RUNTIME_UNAVAILABLE', `the ${name} kernels do not load: ${String(cause)}`, {
      hint: name === 'native' ? 'Install gcc or clang and build the package' : 'Reinstall the package',
      cause,
    });
  }
}

/** Which runtimes have their binaries, in both rounding modes. */
export function runtimeAvailability(): Readonly<Record<RuntimeName, boolean>> {
  const built = (name: RuntimeName): boolean =>
    (['single', 'double'] as const).every((rounding) => existsSync(binaryPath[name](rounding)));
  return { wasm: built('wasm'), native: built('native') };
}

class BackendRuntime implements KernelRuntime {
  readonly manifest: KernelManifest;
  readonly #heap: KernelHeap;

  constructor(
    readonly name: RuntimeName,
    readonly rounding: Rounding,
    readonly backend: Backend,
  ) {
    this.manifest = parseManifest(backend.manifestLines);
    this.#heap = backend.acquireHeap();
  }

  scratchBytes(kernel: string, params: KernelParams): number {
    const { entry, index } = findKernel(this.manifest, kernel);
    const words = Int32Array.from(paramWords(entry, params, () => -1));
    this.#heap.reserve(words.byteLength);
    this.#heap.bytes.set(new Uint8Array(words.buffer));
    return this.#heap.scratchBytes(index, 0);
  }

  run(request: KernelRequest): Int8Array {
    const { heap, calls } = this.encodeRequests([request]);
    const { kernel, wordsOffset, outputOffset, outputLength } = calls[0]!;
    this.#heap.reserve(heap.length);
    this.#heap.bytes.set(heap);
    checkStatus(request.kernel, this.#heap.run(kernel, wordsOffset));
    return new Int8Array(this.#heap.bytes.slice(outputOffset, outputOffset + outputLength).buffer);
  }

  encodeRequests(requests: readonly KernelRequest[]): EncodedRequests {
    return layOutRequests(
      requests.map((request) => ({
        ...request,
        ...findKernel(this.manifest, request.kernel),
        scratchBytes: this.scratchBytes(request.kernel, request.params),
      })),
    );
  }

  createSession({ arenaBytes }: { arenaBytes: number }): KernelSession {
    return new HeapSession(this.backend, this.manifest, arenaBytes);
  }

  dispose(): void {
    this.backend.releaseHeap(this.#heap);
  }
}
