/**
 * @file Engines without kernels of this package: every op is composed of TensorFlow.js's own on another of its
 * backends. They are optional peers and are imported only when they are asked for.
 */

import * as tf from '@tensorflow/tfjs-core';
import { TrainingError } from '../errors.js';

export const OTHER_ENGINES = ['cpu', 'webgpu', 'node-gpu'] as const;

export type OtherEngineName = (typeof OTHER_ENGINES)[number];

interface OtherEngine {
  readonly backend: string;
  readonly packages: readonly string[];
  /** Whether `dataSync` gives values at once; elsewhere there is only `await data()`. */
  readonly readsAtOnce: boolean;
  /** Registers the backend. */
  load(): Promise<void>;
}

/** Not known to the compiler: optional peers need not be installed. */
const importOptional = (name: string): Promise<Record<string, unknown>> => import(name);

const engines: Readonly<Record<OtherEngineName, OtherEngine>> = {
  cpu: {
    backend: 'cpu',
    packages: ['@tensorflow/tfjs'],
    readsAtOnce: true,
    load: async () => void (await importUnion()),
  },
  webgpu: {
    backend: 'webgpu',
    packages: ['@tensorflow/tfjs', 'webgpu', '@tensorflow/tfjs-backend-webgpu'],
    readsAtOnce: false,
    load: loadWebGpu,
  },
  'node-gpu': {
    backend: 'tensorflow',
    packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-node-gpu'],
    readsAtOnce: true,
    load: async () => {
      await importUnion();
      await importOptional('@tensorflow/tfjs-node-gpu');
    },
  },
};

/** The gradients of TensorFlow.js's own ops are registered by its union package. */
const importUnion = (): Promise<unknown> => importOptional('@tensorflow/tfjs');

/** npm's `webgpu` is Dawn; the backend looks for it where a browser has it. */
async function loadWebGpu(): Promise<void> {
  if (tf.findBackendFactory('webgpu') !== null) return;
  await importUnion();
  const { create, globals } = (await importOptional('webgpu')) as {
    create(options: readonly string[]): object;
    globals: object;
  };
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu: create([]), userAgent: 'node' },
    configurable: true,
    writable: true,
  });
  await importOptional('@tensorflow/tfjs-backend-webgpu');
}

export type OtherBackend = Pick<OtherEngine, 'backend' | 'readsAtOnce'>;

/** Makes the backend of `name` the current one. */
export async function startOtherBackend(name: OtherEngineName): Promise<OtherBackend> {
  const { backend, packages, readsAtOnce, load } = engines[name];
  try {
    await load();
  } catch (cause) {
    throw withCause(
      new TrainingError('E_ENGINE', `engine ${name} did not load`, `Install ${packages.join(', ')}`),
      cause,
    );
  }
  if (!(await setBackend(backend))) {
    throw new TrainingError(
      'E_ENGINE',
      `the ${backend} backend of TensorFlow.js did not start`,
      name === 'webgpu'
        ? 'WebGPU found no adapter: check the driver (vulkaninfo)'
        : `Check ${packages.at(-1)}`,
    );
  }
  return { backend, readsAtOnce };
}

async function setBackend(backend: string): Promise<boolean> {
  try {
    return await tf.setBackend(backend);
  } catch {
    return false;
  }
}

function withCause(error: Error, cause: unknown): Error {
  error.cause = cause;
  return error;
}
