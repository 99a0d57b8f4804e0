/**
 * @file The layers that an architecture means, in execution order, with names, wiring and shapes. Supernet, quantiser and
 * cost model all walk this one list, so that they cannot disagree. Shapes are [height, width, channels] throughout:
 * tokens are the positions of a feature map.
 */
import type {
  Architecture,
  ConvolutionStage,
  EncoderBlock,
  InvertedResidual,
  TransformerStage,
} from './architecture.js';
import { TinyFormerError } from './errors.js';
import { strided, type Shape } from './shape.js';

interface LayerBase {
  /** Dotted lower-case path, for example `stage1.block0.expand`. */
  readonly name: string;
  /** Names of the layers read; `input` is the image. */
  readonly inputs: readonly string[];
  readonly inputShape: Shape;
  readonly outputShape: Shape;
}

/** SAME padding, followed by BatchNorm and then the activation. Weights [outputChannels, kernel, kernel, inputChannels]. */
export interface ConvolutionLayer extends LayerBase {
  readonly op: 'convolution';
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly activation: 'none' | 'relu6';
}

/** SAME padding, followed by BatchNorm and then ReLU6. Weights [kernel, kernel, channels]. */
export interface DepthwiseLayer extends LayerBase {
  readonly op: 'depthwise';
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly activation: 'none' | 'relu6';
}

/** Over the last axis at every position. Weights [outputs, inputs], bias [outputs]. */
export interface LinearLayer extends LayerBase {
  readonly op: 'linear';
}

/** Normalises the last axis; scale and offset [channels]. */
export interface LayerNormLayer extends LayerBase {
  readonly op: 'layerNorm';
}

/** softmax(q k^T / sqrt(width / heads)) v a head; inputs are query, key and value. */
export interface AttentionLayer extends LayerBase {
  readonly op: 'attention';
  readonly heads: number;
}

export interface GeluLayer extends LayerBase {
  readonly op: 'gelu';
}

export interface AddLayer extends LayerBase {
  readonly op: 'add';
}

/** Mean over all positions: [height, width, channels] -> [1, 1, channels]. */
export interface GlobalAveragePoolLayer extends LayerBase {
  readonly op: 'globalAveragePool';
}

export type Layer =
  | ConvolutionLayer
  | DepthwiseLayer
  | LinearLayer
  | LayerNormLayer
  | AttentionLayer
  | GeluLayer
  | AddLayer
  | GlobalAveragePoolLayer;

export const INPUT = 'input';

type Build = (layer: Pick<LayerBase, 'name' | 'inputs'> & { outputShape: Shape } & OpPart) => string;
type OpPart = Layer extends infer L ? (L extends Layer ? Omit<L, keyof LayerBase> : never) : never;

/**
 * Every layer of an architecture, in an order in which each reads only earlier ones; the last one gives the logits [1, 1, classes].
 * @throws E_ARCHITECTURE when a width is not divisible by its heads or a size is not a positive whole number.
 */
export function expandArchitecture(architecture: Architecture): readonly Layer[] {
  const { input, stem, stages, classes } = architecture;
  const layers: Layer[] = [];
  const shapes = new Map<string, Shape>([[INPUT, [input.height, input.width, input.channels]]]);
  const add: Build = (part) => {
    const layer = { ...part, inputShape: shapes.get(part.inputs[0]!)! };
    checkPositive(layer.name, layer.outputShape);
    shapes.set(layer.name, layer.outputShape);
    layers.push(layer as Layer);
    return layer.name;
  };
  const context = { add, shapeOf: (name: string) => shapes.get(name)! };
  let last = convolution(context, { name: 'stem', input: INPUT, activation: 'relu6', ...stem });
  stages.forEach((stage, index) => {
    const prefix = `stage${index + 1}`;
    last =
      stage.kind === 'convolution'
        ? convolutionStage(context, { stage, prefix, input: last })
        : transformerStage(context, { stage, prefix, input: last });
  });
  const channels = shapes.get(last)![2]!;
  const pooled = add({
    op: 'globalAveragePool',
    name: 'head.pool',
    inputs: [last],
    outputShape: [1, 1, channels],
  });
  add({ op: 'linear', name: 'head.classifier', inputs: [pooled], outputShape: [1, 1, classes] });
  return layers;
}

interface Context {
  readonly add: Build;
  readonly shapeOf: (name: string) => Shape;
}

interface ConvolutionOptions {
  readonly name: string;
  readonly input: string;
  readonly channels: number;
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly activation: 'none' | 'relu6';
}

function convolution({ add, shapeOf }: Context, options: ConvolutionOptions): string {
  const { name, input, channels, kernel, stride, activation } = options;
  const [height, width] = shapeOf(input) as [number, number, number];
  const outputShape = [strided(height, stride), strided(width, stride), channels];
  return add({ op: 'convolution', name, inputs: [input], outputShape, kernel, stride, activation });
}

interface StageOptions<S> {
  readonly stage: S;
  readonly prefix: string;
  readonly input: string;
}

function convolutionStage(
  context: Context,
  { stage, prefix, input }: StageOptions<ConvolutionStage>,
): string {
  return stage.blocks.reduce(
    (last, block, index) =>
      invertedResidual(context, {
        block,
        prefix: `${prefix}.block${index}`,
        input: last,
        channels: stage.channels,
        stride: index === 0 ? stage.stride : 1,
      }),
    input,
  );
}

interface InvertedResidualOptions {
  readonly block: InvertedResidual;
  readonly prefix: string;
  readonly input: string;
  readonly channels: number;
  readonly stride: 1 | 2;
}

function invertedResidual(context: Context, options: InvertedResidualOptions): string {
  const { block, prefix, input, channels, stride } = options;
  const { add, shapeOf } = context;
  const inputChannels = shapeOf(input)[2]!;
  const pointwise = { kernel: 1, stride: 1 } as const;
  const expanded =
    block.expansion === 1
      ? input
      : convolution(context, {
          name: `${prefix}.expand`,
          input,
          channels: inputChannels * block.expansion,
          activation: 'relu6',
          ...pointwise,
        });
  const [height, width, hidden] = shapeOf(expanded) as [number, number, number];
  const depthwise = add({
    op: 'depthwise',
    name: `${prefix}.depthwise`,
    inputs: [expanded],
    outputShape: [strided(height, stride), strided(width, stride), hidden],
    kernel: block.kernel,
    stride,
    activation: 'relu6',
  });
  const project = `${prefix}.project`;
  convolution(context, { name: project, input: depthwise, channels, activation: 'none', ...pointwise });
  if (stride !== 1 || inputChannels !== channels) return project;
  return add({ op: 'add', name: `${prefix}.add`, inputs: [input, project], outputShape: shapeOf(project) });
}

function transformerStage(
  context: Context,
  { stage, prefix, input }: StageOptions<TransformerStage>,
): string {
  const { width, stride, blocks } = stage;
  const entry = convolution(context, {
    name: `${prefix}.embed`,
    input,
    channels: width,
    kernel: stride === 1 ? 1 : 3,
    stride,
    activation: 'none',
  });
  return blocks.reduce(
    (last, block, index) => encoderBlock(context, block, `${prefix}.block${index}`, last),
    entry,
  );
}

function encoderBlock({ add, shapeOf }: Context, block: EncoderBlock, prefix: string, input: string): string {
  const shape = shapeOf(input);
  const [height, width, channels] = shape as [number, number, number];
  if (channels % block.heads !== 0) {
    throw new TinyFormerError(
      'E_ARCHITECTURE',
      `${prefix}: width ${channels} is not divisible by ${block.heads} heads`,
      {
        hint: 'choose a width that is a multiple of the number of heads',
      },
    );
  }
  const layer = (name: string) => `${prefix}.${name}`;
  const linear = (name: string, from: string, outputs: number) =>
    add({ op: 'linear', name: layer(name), inputs: [from], outputShape: [height, width, outputs] });
  const norm = (name: string, from: string) =>
    add({ op: 'layerNorm', name: layer(name), inputs: [from], outputShape: shape });
  const residual = (name: string, a: string, b: string) =>
    add({ op: 'add', name: layer(name), inputs: [a, b], outputShape: shape });

  const normed = norm('norm1', input);
  const qkv = ['query', 'key', 'value'].map((name) => linear(name, normed, channels));
  const attended = add({
    op: 'attention',
    name: layer('attention'),
    inputs: qkv,
    outputShape: shape,
    heads: block.heads,
  });
  const afterAttention = residual('add1', input, linear('output', attended, channels));
  const hidden = linear('mlp1', norm('norm2', afterAttention), channels * block.mlpRatio);
  const activated = add({ op: 'gelu', name: layer('gelu'), inputs: [hidden], outputShape: shapeOf(hidden) });
  return residual('add2', afterAttention, linear('mlp2', activated, channels));
}

function checkPositive(name: string, shape: Shape): void {
  if (shape.every((extent) => Number.isInteger(extent) && extent > 0)) return;
  throw new TinyFormerError('E_ARCHITECTURE', `${name} would have the shape [${shape.join(', ')}]`, {
    hint: 'channels, widths, expansions and classes are positive whole numbers',
  });
}

/** A layer with prunable weights, seen as the matrix [outputs, inputs] that block sparsity cuts into blocks. */
export function weightMatrixShape(layer: Layer): { readonly rows: number; readonly columns: number } | null {
  if (layer.op === 'convolution') {
    return { rows: layer.outputShape[2]!, columns: layer.kernel * layer.kernel * layer.inputShape[2]! };
  }
  return layer.op === 'linear' ? { rows: layer.outputShape[2]!, columns: layer.inputShape[2]! } : null;
}
