import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  extractNetwork,
  recalibrateNorm,
  saveFloatNetwork,
  TrainableNetwork,
  type FloatNetwork,
} from '@tinyformer/supernas';
import { useTraining } from '@tinyformer/tfjs-wasm-training';
import { fineTune, uniformSparsity, type FineTuneOptions } from '../src/index.js';
import { splitsWithoutTest, tinyArchitecture } from './tiny.js';

/** Six steps an epoch; rounds of pruning are due up to step 11, before and after the first checkpoint. */
const OPTIONS: FineTuneOptions = {
  pattern: uniformSparsity(tinyArchitecture, { density: 0.25 }),
  epochs: 3,
  batchSize: 32,
  seed: 3,
  pruningShare: 0.6,
};
const splits = splitsWithoutTest();
let network: FloatNetwork;
let straight: string;
const checkpoints: string[] = [];

function initialNetwork(seed: number): FloatNetwork {
  const trainable = TrainableNetwork.create(tinyArchitecture, { seed });
  const statistics = recalibrateNorm(trainable, tinyArchitecture, { splits, seed: 1 });
  const result = extractNetwork(trainable, tinyArchitecture, statistics);
  trainable.dispose();
  return result;
}

const tuned = async (options: Partial<FineTuneOptions>) =>
  saveFloatNetwork(await fineTune(network, splits, { ...OPTIONS, ...options }));

beforeAll(async () => {
  await useTraining();
  network = initialNetwork(5);
  straight = await tuned({ onCheckpoint: (text) => checkpoints.push(text) });
});

describe('a fine-tuning that was interrupted', () => {
  it('leaves a checkpoint after every epoch, at different rounds of pruning', () => {
    const positions = checkpoints
      .map((text) => JSON.parse(text))
      .map(({ round, training }) => [round, training.step]);
    expect(positions).toEqual([
      [5, 6],
      [10, 12],
      [10, 18],
    ]);
  });

  it.each([0, 1, 2])(
    'goes on from checkpoint %i to the same bits, and makes the same checkpoints',
    async (index) => {
      const later: string[] = [];
      const resumed = await tuned({ resume: checkpoints[index]!, onCheckpoint: (text) => later.push(text) });
      expect(resumed).toBe(straight);
      expect(later).toEqual(checkpoints.slice(index + 1));
    },
  );

  it('goes on from the moments and the round of the checkpoint, not only from its weights', async () => {
    const value = JSON.parse(checkpoints[1]!);
    expect(
      await tuned({ resume: JSON.stringify({ ...value, training: { step: 12, moments: {} } }) }),
    ).not.toBe(straight);
    expect(await tuned({ resume: JSON.stringify({ ...value, round: 0 }) })).not.toBe(straight);
  });
});

describe('a checkpoint of a fine-tuning', () => {
  interface Saved {
    kind: string;
    formatVersion: number;
    round: unknown;
    weights: Record<string, { shape: number[]; base64: string }>;
    training?: { step: number; moments: Record<string, { first: { shape: number[] } }> };
  }
  it.each<[string, string, (value: Saved) => void]>([
    ['another format version', 'E_FORMAT_VERSION', (value) => (value.formatVersion = 2)],
    ['another kind', 'E_ARTEFACT', (value) => (value.kind = 'tinyformer/supernet')],
    ['no position', 'E_ARTEFACT', (value) => delete value.training],
    ['an impossible round', 'E_ARTEFACT', (value) => (value.round = -1)],
    ['a missing weight', 'E_ARTEFACT', (value) => delete value.weights['stem/weights']],
    ['truncated weights', 'E_ARTEFACT', (value) => (value.weights['stem/beta']!.base64 = 'AAAA')],
    [
      'moments without their weights',
      'E_ARTEFACT',
      (value) => (value.training!.moments['tail'] = value.training!.moments['stem/beta']!),
    ],
  ])('is refused with %s', async (_, code, edit) => {
    const value = JSON.parse(checkpoints[0]!) as Saved;
    edit(value);
    await expect(tuned({ resume: JSON.stringify(value) })).rejects.toThrow(code);
  });

  it('is refused when the text was cut', async () => {
    await expect(tuned({ resume: checkpoints[0]!.slice(0, 1000) })).rejects.toThrow('E_ARTEFACT');
  });

  it.each<[string, Partial<FineTuneOptions>]>([
    ['another seed', { seed: 4 }],
    ['another pattern', { pattern: uniformSparsity(tinyArchitecture, { density: 0.5 }) }],
    ['another number of epochs', { epochs: 4 }],
    ['another pruning schedule', { pruningRounds: 5 }],
  ])('is refused by work with %s', async (_, options) => {
    await expect(tuned({ ...options, resume: checkpoints[0]! })).rejects.toThrow('E_RESUME');
  });

  it('is refused by another network', async () => {
    const other = fineTune(initialNetwork(6), splits, { ...OPTIONS, resume: checkpoints[0]! });
    await expect(other).rejects.toThrow('E_RESUME');
  });
});
