/**
 * @file A data loader that keeps an engine fed: a worker thread augments the batches of the next steps while the engine
 * trains. A batch is a pure function of the options and the step, so that a training resumes at any step.
 */

import { Worker } from 'node:worker_threads';
import type { AugmentedBatch, AugmenterOptions } from '../../worker/augment.mjs';
import { TrainingError, requireOption, requireShape } from '../errors.js';

export interface Augmentation {
  /** Largest shift in each direction, pixels (a random crop of the image with so much padding); default 0. */
  readonly shift?: number;
  /** Whether half of the images are mirrored; default false. */
  readonly flip?: boolean;
  /** Contrast and brightness of every channel change by up to this fraction; default 0. */
  readonly colour?: number;
  /** Side of a square that is set to 0, pixels; default 0. */
  readonly cutout?: number;
  /** Images are mixed in pairs, with shares from Beta(mixup, mixup); from 0 (not at all, the default) to 1. */
  readonly mixup?: number;
}

export interface ImageLoaderOptions {
  /** Bytes, NHWC, one image after another. */
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  readonly batchSize: number;
  /** Decides the order and every augmentation; default 1. */
  readonly seed?: number;
  readonly augmentation?: Augmentation;
  /** A value is (byte - offset) * scale; default 127.5 and 1 / 127.5, about [-1, 1]. */
  readonly pixelOffset?: number;
  readonly pixelScale?: number;
  /** Batches that are made ahead; default 4. */
  readonly ahead?: number;
}

export interface ImageBatch {
  /** [batchSize, height, width, channels] */
  readonly images: Float32Array;
  readonly labels: Int32Array;
  /** With mixup: how much of each image is of `labels`; the rest is of the label of the next image (of the first, at the end). */
  readonly share: number;
}

export interface ImageLoader {
  /** Whole batches; the images left over are other ones in every epoch. */
  readonly stepsPerEpoch: number;
  /** The batch of a step, counted from the first epoch's first; those after it are made meanwhile. */
  batch(step: number): Promise<ImageBatch>;
  /** Ends the worker. */
  dispose(): Promise<void>;
}

/** @throws TrainingError E_SHAPE, E_OPTION */
export function createImageLoader(options: ImageLoaderOptions): ImageLoader {
  const { images, labels, batchSize, ahead = 4 } = options;
  checkOptions(options);
  const workerData = { data: { images, labels }, options: augmenterOptions(options) };
  const worker = new Worker(new URL('../../worker/loader.mjs', import.meta.url), { workerData });
  worker.unref();
  const batches = new BatchQueue(worker, ahead);
  return {
    stepsPerEpoch: Math.floor(labels.length / batchSize),
    batch: (step) => batches.take(step),
    dispose: () => batches.dispose(),
  };
}

function checkOptions({
  images,
  labels,
  imageShape,
  batchSize,
  augmentation = {},
}: ImageLoaderOptions): void {
  const [height, width, channels] = imageShape;
  requireShape(
    images.length === labels.length * height * width * channels,
    () => `${images.length} bytes of images for ${labels.length} labels of [${imageShape.join()}]`,
    'Give height * width * channels bytes for every label',
  );
  const { shift = 0, colour = 0, cutout = 0, mixup = 0 } = augmentation;
  const isWhole = (value: number, least: number) => Number.isInteger(value) && value >= least;
  requireOption(
    isWhole(batchSize, 1) && batchSize <= labels.length,
    () => `batchSize is ${batchSize}, there are ${labels.length} images`,
    'Give a whole number from 1 to the number of images',
  );
  requireOption(
    isWhole(shift, 0) && isWhole(cutout, 0) && [colour, mixup].every((value) => value >= 0 && value <= 1),
    () => `augmentation is ${JSON.stringify(augmentation)}`,
    'shift and cutout are whole numbers of pixels, colour and mixup from 0 to 1',
  );
}

/** The options with their defaults. */
export function augmenterOptions(options: ImageLoaderOptions): AugmenterOptions {
  const { imageShape, batchSize, seed = 1, pixelOffset = 127.5, pixelScale = 1 / 127.5 } = options;
  const [height, width, channels] = imageShape;
  const { shift = 0, flip = false, colour = 0, cutout = 0, mixup = 0 } = options.augmentation ?? {};
  return {
    ...{ height, width, channels, batchSize, seed, offset: pixelOffset, scale: pixelScale },
    ...{ shift, flip, colour, cutout, mixup },
  };
}

interface Waiting {
  readonly promise: Promise<ImageBatch>;
  resolve(batch: ImageBatch): void;
  reject(error: Error): void;
}

/** Steps that the worker was asked for. */
class BatchQueue {
  readonly #waiting = new Map<number, Waiting>();
  #ended: Error | undefined;

  constructor(
    readonly worker: Worker,
    readonly ahead: number,
  ) {
    worker.on('message', ({ step, ...batch }: AugmentedBatch & { readonly step: number }) =>
      this.#waiting.get(step)?.resolve(batch),
    );
    worker.on('error', (error) => this.#end(error));
  }

  take(step: number): Promise<ImageBatch> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    for (const known of this.#waiting.keys()) {
      if (known < step || known > step + this.ahead) this.#waiting.delete(known);
    }
    for (let next = step; next <= step + this.ahead; next++) this.#request(next);
    const { promise } = this.#waiting.get(step)!;
    this.worker.ref(); // someone waits: the process must not end
    return promise.finally(() => {
      this.worker.unref();
    });
  }

  #request(step: number): void {
    if (this.#waiting.has(step)) return;
    let [resolve, reject]: [Waiting['resolve'], Waiting['reject']] = [() => undefined, () => undefined];
    const promise = new Promise<ImageBatch>((onBatch, onError) => ([resolve, reject] = [onBatch, onError]));
    promise.catch(() => undefined); // of a step that nobody waits for
    this.#waiting.set(step, { promise, resolve, reject });
    this.worker.postMessage(step);
  }

  async dispose(): Promise<void> {
    this.#end(new TrainingError('E_DISPOSED', 'the image loader was disposed', 'Create another'));
    await this.worker.terminate();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
