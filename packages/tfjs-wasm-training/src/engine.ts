/** @file Which engine the ops run on: chosen by `useTraining`, asked by every op. */

import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { availableEngines } from './availability.js';
import { loadAddon, startNativeRunner } from './engines/native.js';
import { OTHER_ENGINES, startOtherBackend } from './engines/other-backends.js';
import type { OtherEngineName } from './engines/other-backends.js';
import { openWasmBackend, startWasmBackend } from './engines/tfjs-backend.js';
import { hasRelaxedSimd, startWasmRunner } from './engines/wasm.js';
import type { WasmEngineName } from './engines/wasm.js';
import { InternalError, TrainingError, requireOption } from './errors.js';
import { Heap } from './heap.js';
import type { HeapMemory } from './heap.js';

/** Engines whose kernels are this package's. */
const HEAP_ENGINES = ['native', 'wasm-relaxed', 'wasm'] as const satisfies (WasmEngineName | 'native')[];
export type HeapEngineName = (typeof HEAP_ENGINES)[number];
export type EngineName = HeapEngineName | OtherEngineName;
/** Every engine that can be asked for, but `auto`. */
const ENGINE_NAMES: readonly EngineName[] = [...HEAP_ENGINES, ...OTHER_ENGINES];

export interface EngineOptions {
  /** Default `auto`: the fastest of `native`, `wasm-relaxed` and `wasm` that there is. */
  readonly engine?: 'auto' | EngineName;
  /** Of the kernels, the caller's included; default: as many as processors, at most 8. */
  readonly threads?: number;
  /** Of `native`: the instruction set, `avx2`, `avx512`, `neon` or `plain`; default: the fastest that there is. */
  readonly variant?: string;
}

/** A started engine. */
export interface TrainingEngine {
  readonly name: EngineName;
  readonly threads: number;
  /** The instruction set of `native`. */
  readonly variant?: string;
  /** What `auto` passed over, and why. */
  readonly passedOver: Readonly<Partial<Record<EngineName, string>>>;
  /** Ends its threads. Ops throw E_DISPOSED until the next `useTraining`. */
  dispose(): void;
}

interface Started extends TrainingEngine {
  readonly backend: string;
  readonly heap?: Heap;
  /** Whether `dataSync` gives values; default true. */
  readonly readsAtOnce?: boolean;
}

const MOST_DEFAULT_THREADS = 8;
const MOST_THREADS = 64;

let current: Started | undefined;
let disposed = false;
/** Of kernels that TensorFlow.js runs while no engine is in use. */
let standby: Heap | undefined;
const started = new Map<string, Started>();

/** The heap of the engine in use, undefined where ops are composed of TensorFlow.js's own. Throws if none is in use. */
export function currentHeap(): Heap | undefined {
  if (current === undefined) throw notInUse();
  if (tf.getBackend() !== current.backend) {
    throw new TrainingError(
      'E_ENGINE',
      `the training engine is ${current.name}, but TensorFlow.js is set to ${tf.getBackend()}`,
      'Await useTraining() again after tf.setBackend()',
    );
  }
  return current.heap;
}

/** Whether the engine in use gives values by `dataSync`, and not by `await data()` alone. */
export function readsAtOnce(): boolean {
  return current?.readsAtOnce ?? true;
}

function notInUse(): TrainingError {
  return disposed
    ? new TrainingError('E_DISPOSED', 'the training engine was disposed', 'Await useTraining() again')
    : new TrainingError('E_NOT_STARTED', 'no training engine is in use', 'Await useTraining() first');
}

/** The heap of the engine in use, if one is and its backend is the current one. */
export function startedHeap(): Heap | undefined {
  return tf.getBackend() === current?.backend ? current.heap : undefined;
}

/**
 * The heap for kernels that run for TensorFlow.js itself: that of the engine in use or, where none is and the backend
 * is `wasm`, of the engine that `auto` would choose.
 */
export function heapOfWasmBackend(): Heap {
  if (current?.heap !== undefined && tf.getBackend() === current.backend) return current.heap;
  const memory = openWasmBackend();
  if (standby?.memory !== memory) standby = startOnHeap({ engine: 'auto' }, memory).heap!;
  return standby;
}

/** Starts an engine, or finds it started, and makes its backend the current one. */
export async function startEngine(options: EngineOptions): Promise<TrainingEngine> {
  const { engine = 'auto' } = options;
  requireOption(
    engine === 'auto' || ENGINE_NAMES.includes(engine),
    () => `engine is ${engine}`,
    `Choose one of auto, ${ENGINE_NAMES.join(', ')}`,
  );
  current = isOnHeap(engine)
    ? startOnHeap(options, await startWasmBackend())
    : { name: engine, ...(await startOtherBackend(engine)), threads: 1, passedOver: {}, dispose: release };
  disposed = false;
  return current;
}

function isOnHeap(engine: 'auto' | EngineName): engine is 'auto' | HeapEngineName {
  return engine === 'auto' || HEAP_ENGINES.some((name) => name === engine);
}

function release(): void {
  current = undefined;
  disposed = true;
}

function startOnHeap(options: EngineOptions, memory: HeapMemory): Started {
  const threads = threadCount(options.threads);
  const { engine = 'auto', variant } = options;
  const { name, passedOver } =
    engine === 'auto' ? fastest() : { name: engine as HeapEngineName, passedOver: {} };
  const key = [name, threads, variant].join();
  const known = started.get(key);
  if (known?.heap?.memory === memory) return known;
  const { heap, ...rest } = instantiate(name, memory, { threads, variant });
  const dispose = (): void => {
    if (started.get(key) !== engineStarted) return;
    started.delete(key);
    if (standby === heap) standby = undefined;
    heap.dispose();
    if (current === engineStarted) release();
  };
  const engineStarted: Started = { name, backend: 'wasm', heap, passedOver, dispose, ...rest };
  started.set(key, engineStarted);
  return engineStarted;
}

function threadCount(threads = Math.min(availableParallelism(), MOST_DEFAULT_THREADS)): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads;
  throw new TrainingError(
    'E_OPTION',
    `threads is ${threads}`,
    `Give a whole number from 1 to ${MOST_THREADS}`,
  );
}

/** The first engine that there is, and why those before it are not. */
function fastest(): { name: HeapEngineName; passedOver: Partial<Record<EngineName, string>> } {
  const passedOver: Partial<Record<EngineName, string>> = {};
  for (const { engine, missing } of availableEngines()) {
    if (missing === undefined) return { name: engine, passedOver };
    passedOver[engine] = missing;
  }
  throw new InternalError('there is no engine at all');
}

function instantiate(
  name: HeapEngineName,
  memory: HeapMemory,
  options: { readonly threads: number; readonly variant: string | undefined },
): { readonly heap: Heap; readonly threads: number; readonly variant?: string } {
  if (name === 'native') {
    const { runner, variant } = startNativeRunner(requireAddon(options.variant), memory, options);
    return { heap: new Heap(memory, runner), threads: options.threads, variant };
  }
  if (name === 'wasm-relaxed' && !hasRelaxedSimd({ enable: true })) {
    throw new TrainingError(
      'E_ENGINE',
      'this version of Node has no relaxed SIMD',
      'Use engine wasm, or Node 20 or newer',
    );
  }
  const { runner, threads } = startWasmRunner(name, memory, options.threads);
  return { heap: new Heap(memory, runner), threads };
}

function requireAddon(variant: string | undefined) {
  const addon = loadAddon();
  if (addon instanceof Error) {
    throw new TrainingError(
      'E_ENGINE',
      `the native addon did not load: ${addon.message}`,
      'Use engine wasm or auto',
    );
  }
  if (variant !== undefined && !addon.variants.includes(variant)) {
    throw new TrainingError(
      'E_ENGINE',
      `this processor or build has no variant ${variant}`,
      `Choose one of ${addon.variants.join(', ')}`,
    );
  }
  return addon;
}
