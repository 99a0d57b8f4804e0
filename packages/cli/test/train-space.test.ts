/** @file Training a supernet as the commands do: stopped and gone on with, it ends with the same bytes. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parseSearchSpace, syntheticShapes, useTraining } from '@tinyformer/supernas';
import { join } from 'node:path';
import { fileCheckpoint } from '../src/stages/checkpoint.js';
import { trainSpace, type SupernetTrainingTask } from '../src/stages/supernet.js';
import { temporaryFolder } from './temporary-folder.js';

const space = parseSearchSpace({
  name: 'tiny',
  input: { height: 16, width: 16, channels: 3 },
  classes: 10,
  stem: { channels: [4, 8], kernel: [3], stride: [2] },
  stages: [
    { kind: 'convolution', channels: [8], stride: [2], depth: [1], kernel: [3], expansion: [2] },
    { kind: 'transformer', width: [8], stride: [1], depth: [1, 2], heads: [2], mlpRatio: [1] },
  ],
});
const splits = syntheticShapes({ seed: 1, size: 16, trainCount: 64, validationCount: 10, testCount: 10 });
const progress = { update: () => undefined, finish: () => 0 };

const train = async (options: Partial<SupernetTrainingTask> = {}): Promise<string> => {
  const checkpoint = fileCheckpoint(join(temporaryFolder(), 'checkpoint'), {});
  const task = { splits, seed: 1, epochs: 3, batchSize: 32, checkpoint, progress, ...options };
  return (await trainSpace(space, task)).artefact;
};

beforeAll(async () => {
  await useTraining();
});

describe('training a supernet', () => {
  it('gives the same bytes twice, and others for another seed', async () => {
    const first = await train();
    expect((await train()) === first).toBe(true);
    expect((await train({ seed: 2 })) === first).toBe(false);
  });

  it('that was stopped after an epoch ends with the same bytes', async () => {
    const checkpoint = fileCheckpoint(join(temporaryFolder(), 'checkpoint'), {});
    const stopping = {
      ...checkpoint,
      save: (text: string) => {
        checkpoint.save(text);
        throw new Error('stopped');
      },
    };
    await expect(train({ checkpoint: stopping })).rejects.toThrow('stopped');
    let steps = 0;
    const counting = { ...progress, update: () => void (steps += 1) };
    const resumed = await train({ checkpoint, progress: counting });
    expect(steps).toBe(4); // two of three epochs, two steps each
    expect(resumed === (await train())).toBe(true);
  });
});
