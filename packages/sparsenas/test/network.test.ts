import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  dequantizeValue,
  expandArchitecture,
  sameShape,
  TinyFormerError,
  type TensorData,
} from '@tinyformer/core';
import {
  compile,
  parseQuantizedNetwork,
  runReference,
  saveQuantizedNetwork,
} from '@tinyformer/sparse-engine';
import {
  createTrainable,
  extractNetwork,
  recalibrateNorm,
  TrainableNetwork,
  type FloatNetwork,
} from '@tinyformer/supernas';
import { useTraining } from '@tinyformer/tfjs-wasm-training';
import * as tf from '@tensorflow/tfjs-core';
import {
  fineTune,
  floatAccuracy,
  networkDensity,
  networkMasks,
  networkStatistics,
  patternDensity,
  prunableLayers,
  pruneNetwork,
  quantizeImages,
  quantizeTrained,
  uniformSparsity,
} from '../src/index.js';
import { realWeights } from '../src/quantize/real-weights.js';
import { splitsWithoutTest, tinyArchitecture } from './tiny.js';

/** Folding reorders a few float32 products of magnitude about 1. */
const FOLD_TOLERANCE = 1e-4;

/** Some twenty layers round to 1/255 of their range each; relative to the logits' norm. */
const INT8_TOLERANCE = 0.1;

const splits = splitsWithoutTest();
let network: FloatNetwork;

beforeAll(async () => {
  await useTraining();
  const trainable = TrainableNetwork.create(tinyArchitecture, { seed: 5 });
  const statistics = recalibrateNorm(trainable, tinyArchitecture, { splits, seed: 1 });
  network = extractNetwork(trainable, tinyArchitecture, statistics);
  trainable.dispose();
});

function floatLogits(float: FloatNetwork): number[][] {
  const { images, count } = splits.validation;
  const trainable = createTrainable(float);
  const logits = tf.tidy(() => {
    const pixels = Float32Array.from(images, (pixel) => (pixel - splits.pixelOffset) * splits.pixelScale);
    const options = { training: false, statistics: networkStatistics(float) };
    return trainable.forward(tf.tensor4d(pixels, [count, 8, 8, 3]), tinyArchitecture, options).arraySync();
  });
  trainable.dispose();
  return logits;
}

const argmax = (values: readonly number[]) => values.indexOf(Math.max(...values));

describe('pruning a network', () => {
  it('leaves the stem, depthwise convolutions and the classifier alone', () => {
    const names = prunableLayers(tinyArchitecture).map(({ name }) => name);
    expect(names).toEqual([
      'stage1.block0.expand',
      'stage1.block0.project',
      'stage2.block0.project',
      'stage3.embed',
      ...['query', 'key', 'value', 'output', 'mlp1', 'mlp2'].map((name) => `stage3.block0.${name}`),
    ]);
    expect(prunableLayers(tinyArchitecture, { classifier: true }).at(-1)!.name).toBe('head.classifier');
    expect(prunableLayers(tinyArchitecture, { block: { blockRows: 1, blockColumns: 16 } })).toHaveLength(
      names.length - 3, // expand, project and embed read 8, 8 and 12 channels
    );
  });

  it('reaches the density that the pattern promises, with zeros only where the masks say', () => {
    const pattern = uniformSparsity(tinyArchitecture, { density: 0.5 });
    const pruned = pruneNetwork(network, pattern);
    expect(networkDensity(pruned)).toBeCloseTo(patternDensity(tinyArchitecture, pattern), 10);
    for (const [name, mask] of Object.entries(networkMasks(network, pattern))) {
      const before = network.layers[name]!.weights!.data;
      const after = pruned.layers[name]!.weights!.data;
      expect(after).toEqual(before.map((weight, index) => weight * mask.data[index]! + 0));
    }
  });

  it('refuses layers that are not there or cannot be pruned, and impossible densities', () => {
    const block = { blockRows: 2, blockColumns: 4 };
    const wrong = [
      { nowhere: { ...block, density: 0.5 } },
      { stem: { ...block, density: 0.5 } },
      { 'stage1.block0.depthwise': { ...block, density: 0.5 } },
      { 'stage3.embed': { ...block, density: 0 } },
      { 'stage3.embed': { ...block, blockColumns: 8, density: 0.5 } },
      { 'stage3.embed': { blockRows: 0, blockColumns: 4, density: 0.5 } },
    ];
    for (const pattern of wrong) {
      expect(() => pruneNetwork(network, pattern)).toThrow(TinyFormerError);
      expect(() => pruneNetwork(network, pattern)).toThrow(/E_SPARSITY/);
    }
  });

  it('keeps masked weights at exactly zero through training, which changes and improves the others', async () => {
    const pattern = uniformSparsity(tinyArchitecture, { density: 0.25 });
    const before = await floatAccuracy(pruneNetwork(network, pattern), splits);
    const tuned = await fineTune(network, splits, { pattern, epochs: 6, batchSize: 32, seed: 3 });
    expect(networkDensity(tuned)).toBeCloseTo(patternDensity(tinyArchitecture, pattern), 10);
    expect(tuned.layers['stem']!.weights!.data).not.toEqual(network.layers['stem']!.weights!.data);
    expect(await floatAccuracy(tuned, splits)).toBeGreaterThan(before);
    const again = await fineTune(network, splits, { pattern, epochs: 6, batchSize: 32, seed: 3 });
    expect(again).toEqual(tuned);
  });
});

describe('quantising a network', () => {
  it('folds BatchNorm to what the float network computes', () => {
    const trainable = createTrainable(network);
    const layers = expandArchitecture(tinyArchitecture);
    const stem = layers[0]!;
    if (stem.op !== 'convolution') throw new Error('the stem is a convolution');
    const { weights, bias } = realWeights(stem, network);
    const image = Float32Array.from({ length: 192 }, (_, index) => Math.sin(index));
    let seen = new Float32Array();
    tf.tidy(() => {
      trainable.forward(tf.tensor4d(image, [1, 8, 8, 3]), tinyArchitecture, {
        training: false,
        statistics: networkStatistics(network),
        onOutput: (layer, output) => {
          if (layer.name === 'stem') seen = output.dataSync<'float32'>().slice();
        },
      });
    });
    trainable.dispose();
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        for (let o = 0; o < 8; o++) {
          let sum = bias[o]!;
          for (let ky = 0; ky < 3; ky++) {
            for (let kx = 0; kx < 3; kx++) {
              const [row, column] = [y + ky - 1, x + kx - 1];
              if (row < 0 || row > 7 || column < 0 || column > 7) continue;
              for (let c = 0; c < 3; c++) {
                sum += weights[((o * 3 + ky) * 3 + kx) * 3 + c]! * image[(row * 8 + column) * 3 + c]!;
              }
            }
          }
          const expected = Math.min(6, Math.max(0, sum));
          expect(Math.abs(seen[(y * 8 + x) * 8 + o]! - expected)).toBeLessThan(FOLD_TOLERANCE);
        }
      }
    }
  });

  it('gives a network that the engine accepts, the same from the same seed, with the pruned zeros in place', () => {
    const sparsity = uniformSparsity(tinyArchitecture, { density: 0.5 });
    const pruned = pruneNetwork(network, sparsity);
    const quantized = quantizeTrained(pruned, {
      splits,
      seed: 1,
      name: 'tiny',
      calibrationImages: 64,
      sparsity,
    });
    const text = saveQuantizedNetwork(quantized);
    expect(parseQuantizedNetwork(text)).toEqual(quantized);
    expect(
      saveQuantizedNetwork(
        quantizeTrained(pruned, { splits, seed: 1, name: 'tiny', calibrationImages: 64, sparsity }),
      ),
    ).toBe(text);
    expect(quantized.input).toEqual({ shape: [8, 8, 3], quant: { scale: 1 / 128, zeroPoint: 0 } });
    const masks = networkMasks(network, sparsity);
    for (const layer of quantized.layers) {
      const mask: TensorData | undefined = masks[layer.name];
      if (!mask || !('sparsity' in layer)) continue;
      expect(layer.sparsity).toEqual({ blockRows: 2, blockColumns: 4 });
      expect(sameShape(layer.weights.shape, mask.shape)).toBe(true);
      expect(layer.weights.data.every((weight, index) => mask.data[index] === 1 || weight === 0)).toBe(true);
    }
  });

  it('computes nearly what the float network computes, in integers', async () => {
    const pattern = uniformSparsity(tinyArchitecture, { density: 0.5 });
    const tuned = await fineTune(network, splits, { pattern, epochs: 4, batchSize: 32, seed: 3 });
    const quantized = quantizeTrained(tuned, {
      splits,
      seed: 1,
      name: 'tiny',
      calibrationImages: 64,
      sparsity: pattern,
    });
    const model = await compile(quantized);
    const images = quantizeImages(splits.validation);
    const { quant } = quantized.layers.at(-1)!.output;
    const integer = Array.from({ length: splits.validation.count }, (_, index) =>
      [...runReference(model, images.subarray(192 * index, 192 * (index + 1)))].map((value) =>
        dequantizeValue(value, quant),
      ),
    );
    const float = floatLogits(tuned);
    const errors = integer.flat().map((value, index) => value - float.flat()[index]!);
    const norm = (values: readonly number[]) =>
      Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    expect(norm(errors) / norm(float.flat())).toBeLessThan(INT8_TOLERANCE);
    const agreeing = integer.filter((logits, index) => argmax(logits) === argmax(float[index]!));
    expect(agreeing.length / integer.length).toBeGreaterThanOrEqual(0.97);
  });

  it('lets the pool keep the scale of what it reads', () => {
    const quantized = quantizeTrained(network, { splits, seed: 1, name: 'tiny', calibrationImages: 64 });
    const byName = new Map(quantized.layers.map((layer) => [layer.name, layer]));
    const pool = byName.get('head.pool')!;
    expect(pool.output.quant).toEqual(byName.get(pool.inputs[0]!)!.output.quant);
  });
});
