/** @file A small quantised network with every op, random weights, and block-sparse zeros: what verification is tried on. */
import {
  createRng,
  keptBlocksPerGroup,
  strided,
  tensorData,
  type BlockShape,
  type QuantParams,
  type Rng,
  type Shape,
  type TensorData,
} from '@tinyformer/core';
import type { QuantizedLayer, QuantizedNetwork } from '@tinyformer/sparse-engine';

const BLOCK: BlockShape = { blockRows: 2, blockColumns: 4 };
const quant = (scale: number, zeroPoint = 0): QuantParams => ({ scale, zeroPoint });
const RELU6 = quant(6 / 255, -128);

function randomInt8(rng: Rng, shape: Shape): TensorData<'int8'> {
  const length = shape.reduce((a, b) => a * b, 1);
  return tensorData(
    Int8Array.from({ length }, () => rng.below(255) - 127),
    shape,
  ) as TensorData<'int8'>;
}

/** Zeroes blocks so that every group of rows keeps half of its blocks. */
function prune(rng: Rng, { shape, data }: TensorData<'int8'>, block: BlockShape): void {
  const { blockRows, blockColumns } = block;
  const rows = shape[0]!;
  const columns = data.length / rows;
  const blocks = Math.ceil(columns / blockColumns);
  const kept = keptBlocksPerGroup(columns, { ...block, density: 0.5 });
  for (let group = 0; group < rows; group += blockRows) {
    const dropped = new Set(rng.shuffle(Array.from({ length: blocks }, (_, i) => i)).slice(kept));
    for (let i = group * columns; i < Math.min(rows, group + blockRows) * columns; i++) {
      if (dropped.has(Math.floor((i % columns) / blockColumns))) data[i] = 0;
    }
  }
}

interface WeightOptions {
  readonly shape: Shape;
  readonly outputs: number;
  readonly inputs: number;
  readonly sparsity?: BlockShape | null;
}

/** Weights whose outputs have about the range of one, for inputs of about that range. */
function weighted(rng: Rng, { shape, outputs, inputs, sparsity = null }: WeightOptions) {
  const weights = randomInt8(rng, shape);
  if (sparsity) prune(rng, weights, sparsity);
  const bias = Int32Array.from({ length: outputs }, () => rng.below(2000) - 1000);
  const scale = 2 / (127 * Math.sqrt(inputs));
  return {
    weights,
    weightScales: Array.from({ length: outputs }, () => scale * (0.5 + rng.next())),
    bias: tensorData(bias) as TensorData<'int32'>,
  };
}

/** Appends layers, each reading the one before unless told otherwise. */
class Builder {
  readonly layers: QuantizedLayer[] = [];

  constructor(
    readonly rng: Rng,
    private last: { name: string; shape: Shape; quant: QuantParams },
  ) {}

  get current(): string {
    return this.last.name;
  }

  private push(layer: QuantizedLayer): string {
    this.layers.push(layer);
    this.last = { name: layer.name, ...layer.output };
    return layer.name;
  }

  convolution(
    name: string,
    { outputs, kernel, stride = 1, relu = false, sparse = false }: ConvolutionOptions,
  ): string {
    const [height, width, inputs] = this.last.shape as [number, number, number];
    const sparsity = sparse ? BLOCK : null;
    const shape = [outputs, kernel, kernel, inputs];
    return this.push({
      op: 'convolution',
      name,
      inputs: [this.current],
      output: {
        shape: [strided(height, stride), strided(width, stride), outputs],
        quant: relu ? RELU6 : quant(0.03, 5),
      },
      kernel,
      stride,
      activation: relu ? 'relu6' : 'none',
      sparsity,
      ...weighted(this.rng, { shape, outputs, inputs: inputs * kernel * kernel, sparsity }),
    });
  }

  depthwise(name: string, { kernel, stride }: { kernel: number; stride: 1 | 2 }): string {
    const [height, width, channels] = this.last.shape as [number, number, number];
    return this.push({
      op: 'depthwise',
      name,
      inputs: [this.current],
      output: { shape: [strided(height, stride), strided(width, stride), channels], quant: RELU6 },
      kernel,
      stride,
      activation: 'relu6',
      ...weighted(this.rng, {
        shape: [kernel, kernel, channels],
        outputs: channels,
        inputs: kernel * kernel,
      }),
    });
  }

  linear(name: string, { outputs, from = this.current, sparse = false }: LinearOptions): string {
    const source = this.layers.find((layer) => layer.name === from)!.output.shape;
    const inputs = source.at(-1)!;
    const sparsity = sparse ? BLOCK : null;
    return this.push({
      op: 'linear',
      name,
      inputs: [from],
      output: { shape: [...source.slice(0, -1), outputs], quant: quant(0.02, -3) },
      sparsity,
      ...weighted(this.rng, { shape: [outputs, inputs], outputs, inputs, sparsity }),
    });
  }

  layerNorm(name: string): string {
    const channels = this.last.shape.at(-1)!;
    const gamma = Int16Array.from({ length: channels }, () => 8000 + this.rng.below(8000));
    const beta = Int32Array.from({ length: channels }, () => this.rng.below(2 ** 22) - 2 ** 21);
    return this.push({
      op: 'layerNorm',
      name,
      inputs: [this.current],
      output: { shape: this.last.shape, quant: quant(0.02, 4) },
      gamma: tensorData(gamma) as TensorData<'int16'>,
      gammaScale: 1 / 12000,
      beta: tensorData(beta) as TensorData<'int32'>,
    });
  }

  attention(name: string, inputs: readonly string[], heads: number): string {
    const { shape } = this.last;
    return this.push({
      op: 'attention',
      name,
      inputs,
      output: { shape, quant: quant(0.015, 2) },
      heads,
      scores: quant(0.05, 10),
    });
  }

  gelu(name: string): string {
    return this.push({
      op: 'gelu',
      name,
      inputs: [this.current],
      output: { shape: this.last.shape, quant: quant(0.015, -110) },
    });
  }

  add(name: string, other: string): string {
    return this.push({
      op: 'add',
      name,
      inputs: [this.current, other],
      output: { shape: this.last.shape, quant: quant(0.04, 1) },
    });
  }

  pool(name: string): string {
    const output = { shape: [1, 1, this.last.shape.at(-1)!], quant: this.last.quant };
    return this.push({ op: 'globalAveragePool', name, inputs: [this.current], output });
  }
}

interface ConvolutionOptions {
  readonly outputs: number;
  readonly kernel: number;
  readonly stride?: 1 | 2;
  readonly relu?: boolean;
  readonly sparse?: boolean;
}

interface LinearOptions {
  readonly outputs: number;
  readonly from?: string;
  readonly sparse?: boolean;
}

const [HEIGHT, WIDTH, CHANNELS, HEADS] = [11, 9, 14, 2];

/** Stem, inverted residual, downsampling, encoder block, classifier; no size is a multiple of a tile. */
export function hybridNetwork(seed: number): QuantizedNetwork {
  const input = { shape: [HEIGHT, WIDTH, 3], quant: quant(2 / 255, 0) };
  const b = new Builder(createRng(seed), { name: 'input', ...input });
  const stem = b.convolution('stem', { outputs: 10, kernel: 3, stride: 2, relu: true });
  b.convolution('block.expand', { outputs: 26, kernel: 1, relu: true, sparse: true });
  b.depthwise('block.depthwise', { kernel: 3, stride: 1 });
  b.convolution('block.project', { outputs: 10, kernel: 1, sparse: true });
  b.add('block.add', stem);
  b.depthwise('down', { kernel: 5, stride: 2 });
  const tokens = b.convolution('embed', { outputs: CHANNELS, kernel: 3, stride: 1, sparse: true });
  const normed = b.layerNorm('encoder.norm1');
  const [q, k, v] = ['query', 'key', 'value'].map((part) =>
    b.linear(`encoder.${part}`, { outputs: CHANNELS, from: normed, sparse: true }),
  ) as [string, string, string];
  b.attention('encoder.attention', [q, k, v], HEADS);
  b.linear('encoder.projection', { outputs: CHANNELS });
  const residual = b.add('encoder.add1', tokens);
  b.layerNorm('encoder.norm2');
  b.linear('encoder.mlp1', { outputs: 29, sparse: true });
  b.gelu('encoder.gelu');
  b.linear('encoder.mlp2', { outputs: CHANNELS, sparse: true });
  b.add('encoder.add2', residual);
  b.pool('pool');
  b.linear('classifier', { outputs: 5 });
  return {
    kind: 'tinyformer/quantized-network',
    formatVersion: 1,
    toolVersion: '0.0.0',
    seed,
    name: 'hybrid',
    input,
    layers: b.layers,
    classes: ['ant', 'bee', 'cat', 'dog', 'eel'],
  };
}

/** Quantised images for such a network, over the whole range. */
export function randomImages(count: number, seed: number): Int8Array[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => randomInt8(rng, [HEIGHT, WIDTH, 3]).data);
}
