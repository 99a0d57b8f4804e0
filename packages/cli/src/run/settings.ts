/**
 * @file Everything that decides what a run computes, as plain data: the user's choices and, for each kind of data, how much work
 * every stage does. Written to run.json; a folder is continued only by the same settings.
 */
import { DEFAULT_BOARD, findBoard, type Board } from '@tinyformer/core';
import type { DataSource } from './data-source.js';

/** What a user may choose, and the engine found. */
export interface RunChoices {
  /** The training engine's name: another one gives other bits. */
  readonly engine: string;
  readonly data: DataSource;
  readonly smoke?: boolean;
  readonly seed?: number;
  readonly board?: string;
  /** Of the supernet's training; fine-tuning takes half as many. */
  readonly epochs?: number;
}

/** How much work the stages do. */
export interface Effort {
  readonly baselineEpochs: number;
  readonly supernas: {
    readonly candidates: number;
    readonly epochs: number;
    /** Training images of the short trainings, from the first. */
    readonly images: number;
  };
  readonly supernetEpochs: number;
  readonly sparsenas: {
    readonly generations: number;
    readonly population: number;
    readonly validationImages: number;
  };
  readonly fineTuneEpochs: number;
  /** Test images that each simulated core runs. */
  readonly machineImages: number;
}

export interface RunSettings extends Effort {
  readonly engine: string;
  readonly data: DataSource;
  readonly smoke: boolean;
  readonly seed: number;
  readonly board: Board;
  readonly batchSize: number;
  /** The largest share of non-zero weights that the search may keep. */
  readonly maximumDensity: number;
}

const DEFAULT_SEED = 1;
const BATCH_SIZE = 64;
/** Our own choice: at half the weights the block-sparse kernels pay in time and in flash. */
const MAXIMUM_DENSITY = 0.5;

const SYNTHETIC: Effort = {
  baselineEpochs: 6,
  supernas: { candidates: 4, epochs: 2, images: 4000 },
  supernetEpochs: 20,
  sparsenas: { generations: 4, population: 16, validationImages: 1000 },
  fineTuneEpochs: 10,
  machineImages: 64,
};

/** Every stage in little time: fewer images (see data-source.ts), epochs and candidates; the accuracy is no result. */
const SMOKE: Effort = {
  baselineEpochs: 2,
  supernas: { candidates: 4, epochs: 1, images: 500 },
  supernetEpochs: 4,
  sparsenas: { generations: 2, population: 8, validationImages: 200 },
  fineTuneEpochs: 2,
  machineImages: 16,
};

const CIFAR10: Effort = {
  baselineEpochs: 6,
  supernas: { candidates: 4, epochs: 1, images: 8000 },
  supernetEpochs: 5,
  sparsenas: { generations: 4, population: 16, validationImages: 1000 },
  fineTuneEpochs: 10,
  machineImages: 64,
};

/** @throws E_BOARD when no board has this name. */
export function chooseSettings(choices: RunChoices): RunSettings {
  const { engine, data, smoke = false, seed = DEFAULT_SEED, board = DEFAULT_BOARD, epochs } = choices;
  const effort = smoke ? SMOKE : data.kind === 'cifar10' ? CIFAR10 : SYNTHETIC;
  return {
    engine,
    data,
    smoke,
    seed,
    board: findBoard(board),
    batchSize: BATCH_SIZE,
    maximumDensity: MAXIMUM_DENSITY,
    ...effort,
    ...(epochs !== undefined && {
      supernetEpochs: epochs,
      fineTuneEpochs: Math.max(1, Math.round(epochs / 2)),
    }),
  };
}
