/**
 * @file Einsum and its gradient, which TensorFlow.js's wasm backend lacks: operands are joined one after another by a
 * batched matrix product. The gradient of an operand is another einsum, of the output's gradient and the other operands.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { requireOption, requireShape } from '../errors.js';
import { onlyGradient } from '../heap-kernel.js';

interface Equation {
  /** A letter for every axis. */
  readonly inputs: readonly string[];
  readonly output: string;
}

function parse(text: string): Equation {
  const [left = '', output = ''] = text.replaceAll(/\s/g, '').split('->');
  const inputs = left.split(',');
  const repeated = [...inputs, output].some((axes) => new Set(axes).size !== axes.length);
  const known = [...output].every((axis) => left.includes(axis));
  requireOption(
    /^[a-zA-Z,]*->[a-zA-Z]*$/.test(`${left}->${output}`) && !repeated && known,
    () => `einsum's equation is ${text}`,
    'Give one like ij,jk->ik: letters only, none twice in a term',
  );
  return { inputs, output };
}

interface Term {
  readonly tensor: Tensor;
  readonly axes: string;
}

/** Letters of `axes` that are (or are not) in `others`. */
const among = (axes: string, others: string): string =>
  [...axes].filter((axis) => others.includes(axis)).join('');
const notAmong = (axes: string, others: string): string =>
  [...axes].filter((axis) => !others.includes(axis)).join('');

/** Sums over the axes that are not in `kept`. */
function sumOut({ tensor, axes }: Term, kept: string): Term {
  const gone = [...axes].flatMap((axis, i) => (kept.includes(axis) ? [] : [i]));
  return gone.length === 0 ? { tensor, axes } : { tensor: tf.sum(tensor, gone), axes: among(axes, kept) };
}

function inOrder({ tensor, axes }: Term, order: string): Tensor {
  return axes === order
    ? tensor
    : tf.transpose(
        tensor,
        [...order].map((axis) => axes.indexOf(axis)),
      );
}

const extents = ({ tensor, axes }: Term, of: string): number[] =>
  [...of].map((axis) => tensor.shape[axes.indexOf(axis)]!);
const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);

/** The product of two terms, summed over the axes that are not in `kept`. */
function join(left: Term, right: Term, kept: string): Term {
  const a = sumOut(left, right.axes + kept);
  const b = sumOut(right, left.axes + kept);
  const shared = among(a.axes, b.axes);
  const [batch, summed] = [among(shared, kept), notAmong(shared, kept)];
  const [rows, columns] = [notAmong(a.axes, b.axes), notAmong(b.axes, a.axes)];
  const sizes = { batch: product(extents(a, batch)), summed: product(extents(a, summed)) };
  const x = tf.reshape(inOrder(a, batch + rows + summed), [sizes.batch, -1, sizes.summed]);
  const y = tf.reshape(inOrder(b, batch + summed + columns), [sizes.batch, sizes.summed, -1]);
  const shape = [...extents(a, batch + rows), ...extents(b, columns)];
  return { tensor: tf.reshape(tf.matMul(x, y), shape), axes: batch + rows + columns };
}

function einsum(tensors: readonly Tensor[], { inputs, output }: Equation): Tensor {
  requireShape(
    tensors.length === inputs.length && tensors.every((tensor, i) => tensor.rank === inputs[i]!.length),
    () => `${inputs.join(',')}->${output} of ${tensors.map(({ shape }) => `[${shape}]`).join(' ')}`,
    'Give a term for every tensor and a letter for every axis',
  );
  let term: Term = { tensor: tensors[0]!, axes: inputs[0]! };
  for (let i = 1; i < tensors.length; i++) {
    const later = inputs.slice(i + 1).join('') + output;
    term = join(term, { tensor: tensors[i]!, axes: inputs[i]! }, later);
  }
  return inOrder(sumOut(term, output), output);
}

/** The gradient of operand `at`; over axes that only it has the gradient is the same everywhere. */
function gradientOf(
  at: number,
  dy: Tensor,
  tensors: readonly Tensor[],
  { inputs, output }: Equation,
): Tensor {
  const others = tensors.map((tensor, i) => ({ tensor, axes: inputs[i]! })).filter((_, i) => i !== at);
  const known = output + others.map(({ axes }) => axes).join('');
  const axes = among(inputs[at]!, known);
  const terms = [{ tensor: dy, axes: output }, ...others];
  const equation = { inputs: terms.map((term) => term.axes), output: axes };
  const gradient = einsum(
    terms.map(({ tensor }) => tensor),
    equation,
  );
  const shape = [...inputs[at]!].map((axis, i) => (axes.includes(axis) ? tensors[at]!.shape[i]! : 1));
  return tf.broadcastTo(tf.reshape(gradient, shape), tensors[at]!.shape);
}

export function registerEinsum(): void {
  if (tf.getKernel(tf.Einsum, 'wasm') === undefined) {
    tf.registerKernel({
      kernelName: tf.Einsum,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) =>
        tf.tidy(() => {
          const { equation } = attrs as unknown as { equation: string };
          const tensors = Object.values(inputs) as Tensor[];
          const result = einsum(tensors, parse(equation));
          return tensors.includes(result) ? tf.clone(result) : result;
        }),
    });
  }
  if (tf.getGradient(tf.Einsum) !== undefined) return;
  tf.registerGradient({
    kernelName: tf.Einsum,
    saveAllInputs: true,
    gradFunc: (gradient, saved, attributes) => {
      const equation = parse((attributes as unknown as { equation: string }).equation);
      const dy = onlyGradient(gradient);
      return Object.fromEntries(saved.map((_, i) => [i, () => gradientOf(i, dy, saved, equation)]));
    },
  });
}
