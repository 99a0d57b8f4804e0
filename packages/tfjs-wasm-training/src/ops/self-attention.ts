/** @file Multi-head self-attention (Vaswani et al., arXiv 1706.03762) with its three projections, as one op. */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, TensorInfo } from '@tensorflow/tfjs-core';
import { currentHeap } from '../engine.js';
import { requireOption, requireShape } from '../errors.js';
import type { Heap } from '../heap.js';
import { byproduct, onlyGradient, runKernel, runKernelForAll } from '../heap-kernel.js';
import type { HeapKernel } from '../heap-kernel.js';
import { attention, attentionArguments, probabilitiesFor } from './attention.js';
import { dense } from './dense.js';

const NAME = 'TrainingSelfAttention';
const GRADIENT = 'TrainingSelfAttentionGradient';

interface Attributes {
  readonly heads: number;
}

const PARTS = ['q', 'k', 'v'] as const;
type Part = (typeof PARTS)[number];

type Inputs = Record<'x' | Part | `${Part}Weights` | `${Part}Bias`, TensorInfo> & {
  readonly probabilities?: TensorInfo | undefined;
};

const sizes = (x: TensorInfo): [rows: number, width: number] => {
  const [batch, tokens, width] = x.shape as [number, number, number];
  return [batch * tokens, width];
};

function project(heap: Heap, inputs: Inputs, part: Part): void {
  const [rows, width] = sizes(inputs.x);
  heap.run('dense', {
    integers: [rows, width, width, 0],
    tensors: [inputs.x, inputs[`${part}Weights`], inputs[`${part}Bias`], null, inputs[part], null],
  });
}

function gradients(heap: Heap, inputs: Inputs & { dy: TensorInfo }, attributes: Attributes): TensorInfo[] {
  const { x, dy } = inputs;
  const [rows, width] = sizes(x);
  const inner = PARTS.map(() => heap.output(x.shape));
  heap.run('attention_gradient', attentionArguments(inputs, attributes, { gradients: [dy, ...inner] }));
  const dx = heap.output(x.shape);
  const outputs = PARTS.flatMap((part, i) => {
    const weights = inputs[`${part}Weights`];
    const results = [heap.output(weights.shape), heap.output([width])];
    heap.run('dense_gradient', {
      integers: [rows, width, width, i === 0 ? 0 : 1],
      tensors: [x, weights, null, inner[i], dx, ...results],
    });
    return results;
  });
  inner.forEach(({ dataId }) => heap.memory.backend.disposeData(dataId));
  return [dx, ...outputs];
}

const SAVED = ['x', ...PARTS, ...PARTS.map((part) => `${part}Weights`), 'probabilities'];

export const selfAttentionKernels: readonly HeapKernel[] = [
  {
    name: NAME,
    /** Writes q, k, v and, if they are given, probabilities. */
    run: (heap, inputs: Inputs, attributes: Attributes) => {
      PARTS.forEach((part) => project(heap, inputs, part));
      const y = heap.output(inputs.x.shape);
      heap.run('attention', attentionArguments(inputs, attributes, { y }));
      return y;
    },
    gradient: {
      inputsToSave: SAVED,
      gradFunc: (gradient, saved, attributes) => {
        const inputs = Object.fromEntries(saved.map((tensor, i) => [SAVED[i], tensor]));
        const [dx, ...rest] = runKernelForAll(
          GRADIENT,
          { ...inputs, dy: onlyGradient(gradient) },
          attributes,
        );
        const ofPart = (part: Part, i: number) => [
          [`${part}Weights`, () => rest[2 * i]!],
          [`${part}Bias`, () => rest[2 * i + 1]!],
        ];
        return {
          x: () => dx!,
          ...(Object.fromEntries(PARTS.flatMap(ofPart)) as Record<string, () => Tensor>),
        };
      },
    },
  },
  { name: GRADIENT, run: gradients },
];

/** A projection of the width onto itself. */
export interface Projection {
  /** [width, width] */
  readonly weights: Tensor2D;
  /** [width] */
  readonly bias: Tensor1D;
}

/**
 * attention(q(x), k(x), v(x)) where each of q, k and v is x * weights + bias; without the output's projection.
 *
 * @param x [batch, tokens, width]
 * @returns [batch, tokens, width]
 */
export function selfAttention(
  x: Tensor3D,
  projections: Readonly<Record<Part, Projection>>,
  options: { readonly heads: number },
): Tensor3D {
  const heap = currentHeap();
  const { heads } = options;
  const width = x.shape.at(-1)!;
  for (const part of PARTS) {
    const { weights, bias } = projections[part];
    requireShape(
      x.rank === 3 && tf.util.arraysEqual(weights.shape, [width, width]) && bias.size === width,
      () => `x is [${x.shape}], the weights of ${part} [${weights.shape}], its bias [${bias.shape}]`,
      'Give x [batch, tokens, width], weights [width, width] and biases [width]',
    );
  }
  requireOption(
    Number.isInteger(heads) && heads >= 1 && width % heads === 0,
    () => `heads is ${heads}, width ${width}`,
    'heads must divide the width',
  );
  if (heap === undefined) {
    const [q, k, v] = PARTS.map((part) => dense(x, projections[part].weights, projections[part].bias));
    return attention(q!, k!, v!, options);
  }
  const inner = [
    ...PARTS.map((part) => [part, byproduct(heap, x.shape)] as const),
    ...Object.entries(probabilitiesFor(heap, x, heads)),
  ];
  const weights = PARTS.flatMap((part) => [
    [`${part}Weights`, projections[part].weights] as const,
    [`${part}Bias`, projections[part].bias] as const,
  ]);
  const y = runKernel<Tensor3D>(NAME, { x, ...Object.fromEntries([...inner, ...weights]) }, { heads });
  inner.forEach(([, tensor]) => tensor.dispose());
  return y;
}
