/** @file PyTorch in a process of its own, asked for one measurement at a time (benchmark/torch_step.py). */

import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { TrainingError } from '../errors.js';
import type { Clock } from './contestant.js';
import { NETWORKS } from './networks.js';
import type { NetworkName } from './networks.js';

export type MemoryFormat = 'channels_last' | 'contiguous';

export interface TorchRequest {
  readonly network: NetworkName;
  readonly batch: number;
  readonly threads: number;
  readonly memoryFormat: MemoryFormat;
  readonly seconds: number;
  readonly clock: Clock;
}

export interface Torch {
  readonly version: string;
  /** Images per second. */
  rate(request: TorchRequest): Promise<number>;
  stop(): void;
}

const script = fileURLToPath(new URL('../../benchmark/torch_step.py', import.meta.url));

/** @param python where to look for it; the first that imports torch is used */
export async function startTorch(
  python: readonly string[] = ['python3', '/usr/bin/python3'],
): Promise<Torch> {
  const found = python.find(
    (path) => spawnSync(path, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
  );
  if (found === undefined) {
    throw new TrainingError(
      'E_ENGINE',
      `no torch in ${python.join(' or ')}`,
      'Install it (pip install torch, or Debian: python3-torch), or name its Python',
    );
  }
  const child = spawn(found, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next();
    if (done === true) throw new TrainingError('E_ENGINE', 'PyTorch ended', 'See what it printed');
    return JSON.parse(value) as Record<string, unknown>;
  };
  const { version } = (await read()) as { version: string };
  return {
    version,
    rate: async (request) => {
      child.stdin.write(`${JSON.stringify({ ...request, network: NETWORKS[request.network] })}\n`);
      return ((await read()) as { imagesPerSecond: number }).imagesPerSecond;
    },
    stop: () => void child.stdin.end(),
  };
}
