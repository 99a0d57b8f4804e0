/**
 * @file Everything that decides what a run computes, as plain data: the user's choices and, for each kind of data, how much work
 * every stage does. Written to run.json; a folder is continued only by the same settings.
 */
import { DEFAULT_BOARD, findBoard, type Board } from '@tinyformer/core';
import type { DataSource, ImageCounts } from './data-source.js';

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
  /** Replaces what the kind of data and `smoke` would choose. */
  readonly effort?: Partial<Effort>;
}

/** How much work the stages do. */
export interface Effort {
  /** Of the data; where null, all there are. */
  readonly images: ImageCounts | null;
  readonly baselineEpochs: number;
  readonly supernas: {
    readonly candidates: number;
    readonly epochs: number;
    /** Images of the short trainings and of their validation, from the first. */
    readonly images: number;
    readonly validationImages: number;
    /** Paths of each part whose accuracy is measured. */
    readonly accuracySamples: number;
  };
  readonly supernetEpochs: number;
  readonly sparsenas: {
    readonly generations: number;
    readonly population: number;
    readonly validationImages: number;
  };
  readonly fineTuneEpochs: number;
  /** Training images that set the activations' scales. */
  readonly calibrationImages: number;
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
  images: null,
  baselineEpochs: 6,
  supernas: { candidates: 4, epochs: 2, images: 3000, validationImages: 500, accuracySamples: 4 },
  supernetEpochs: 10,
  sparsenas: { generations: 4, population: 16, validationImages: 1000 },
  fineTuneEpochs: 5,
  calibrationImages: 256,
  machineImages: 64,
};

/** Every stage in little time: fewer images and epochs; the accuracy is no result. */
const SMOKE: Effort = {
  images: { train: 2000, validation: 400, test: 400 },
  baselineEpochs: 2,
  supernas: { candidates: 4, epochs: 1, images: 500, validationImages: 200, accuracySamples: 2 },
  supernetEpochs: 4,
  sparsenas: { generations: 4, population: 16, validationImages: 100 },
  fineTuneEpochs: 2,
  calibrationImages: 64,
  machineImages: 16,
};

const CIFAR10: Effort = {
  images: null,
  baselineEpochs: 6,
  supernas: { candidates: 4, epochs: 1, images: 8000, validationImages: 1000, accuracySamples: 4 },
  supernetEpochs: 5,
  sparsenas: { generations: 4, population: 16, validationImages: 1000 },
  fineTuneEpochs: 10,
  calibrationImages: 256,
  machineImages: 64,
};

/** @throws E_BOARD when no board has this name. */
export function chooseSettings(choices: RunChoices): RunSettings {
  const { engine, data, smoke = false, seed = DEFAULT_SEED, board = DEFAULT_BOARD, epochs } = choices;
  const usual = smoke ? SMOKE : data.kind === 'cifar10' ? CIFAR10 : SYNTHETIC;
  return {
    engine,
    data,
    smoke,
    seed,
    board: findBoard(board),
    batchSize: BATCH_SIZE,
    maximumDensity: MAXIMUM_DENSITY,
    ...usual,
    ...choices.effort,
    ...(epochs !== undefined && {
      supernetEpochs: epochs,
      fineTuneEpochs: Math.max(1, Math.round(epochs / 2)),
    }),
  };
}
