/**
 * @file BatchNorm statistics for inference, measured for one path after training: running averages of a supernet would mix
 * paths (Guo et al., 2019, "Single Path One-Shot"). The result is the mean and variance over all the images shown.
 */
import * as tf from '@tensorflow/tfjs-core';
import { TinyFormerError, type ImageShape } from '@tinyformer/core';
import type { Batch } from '../data/batches.js';
import type { ChannelStatistics, ForwardOptions, NormStatistics } from './forward.js';

interface Sums {
  readonly mean: Float64Array;
  readonly square: Float64Array;
}

/** Runs batches of equal size through `run` (a forward pass that passes the given options on). @throws E_STATISTICS without batches. */
export function measureNormStatistics(
  run: (x: tf.Tensor4D, options: ForwardOptions) => tf.Tensor,
  { batches, imageShape }: { readonly batches: Iterable<Batch>; readonly imageShape: ImageShape },
): NormStatistics {
  const sums = new Map<string, Sums>();
  let count = 0;
  for (const batch of batches) {
    tf.tidy(() => {
      run(imageTensor(batch, imageShape), {
        training: true,
        onBatchStatistics: ({ name }, { mean, variance }) =>
          accumulate(sums, { name, mean: mean.dataSync(), variance: variance.dataSync() }),
      });
    });
    count += 1;
  }
  if (count === 0) {
    throw new TinyFormerError('E_STATISTICS', 'BatchNorm statistics need at least one batch', {
      hint: 'give some training images',
    });
  }
  return Object.fromEntries([...sums].map(([name, sum]) => [name, averages(sum, count)]));
}

export function imageTensor(
  { images, count }: Pick<Batch, 'images' | 'count'>,
  { height, width, channels }: ImageShape,
): tf.Tensor4D {
  return tf.tensor4d(images, [count, height, width, channels]);
}

function accumulate(
  sums: Map<string, Sums>,
  batch: {
    readonly name: string;
    readonly mean: Float32Array | Int32Array | Uint8Array;
    readonly variance: Float32Array | Int32Array | Uint8Array;
  },
): void {
  const { name, mean, variance } = batch;
  const sum = sums.get(name) ?? {
    mean: new Float64Array(mean.length),
    square: new Float64Array(mean.length),
  };
  sums.set(name, sum);
  mean.forEach((value: number, channel: number) => {
    sum.mean[channel]! += value;
    sum.square[channel]! += variance[channel]! + value * value;
  });
}

function averages({ mean, square }: Sums, count: number): ChannelStatistics {
  const means = mean.map((sum) => sum / count);
  return {
    mean: Float32Array.from(means),
    variance: Float32Array.from(square, (sum, channel) => Math.max(0, sum / count - means[channel]! ** 2)),
  };
}
