/**
 * @file A layer as calls of CMSIS-NN: the same shapes, data and factors as ours. Where CMSIS-NN has several ways to compute
 * a layer, each is a program of its own.
 */
import { fixedPointFactor, type FixedPointFactor, type QuantParams } from '@tinyformer/core';
import type { Operand, Program, ProgramCall } from '../workload/program.js';
import { PEER_BUFFER_BYTES, PEER_FUNCTIONS, type PeerFunction } from './peer-functions.js';

export interface PeerProgram {
  /** What is called, such as `arm_convolve_wrapper_s8`; a chain is joined by ` + `. */
  readonly kernel: string;
  readonly program: Program;
}

/** CMSIS-NN's exponents count from 2^31 and leftwards. */
const peerShift = (shift: number): number => 31 - shift;

function peerCall(name: PeerFunction, words: readonly Operand[]): ProgramCall {
  return { table: 'peer', function: PEER_FUNCTIONS.indexOf(name), operands: [{ words }] };
}

/** Window and channels of a convolution, depthwise convolution, linear layer or average pool, and its arithmetic. */
export interface PeerWindow {
  readonly input: { readonly height: number; readonly width: number; readonly channels: number };
  readonly output: { readonly height: number; readonly width: number; readonly channels: number };
  readonly kernel: { readonly height: number; readonly width: number };
  readonly stride: { readonly height: number; readonly width: number };
  readonly padding: { readonly top: number; readonly left: number };
  readonly inputZeroPoint: number;
  readonly outputZeroPoint: number;
  readonly outputMin: number;
  readonly outputMax: number;
  /** [outputs, height, width, inputs], depthwise [height, width, channels]; null for a pool. */
  readonly weights: Int8Array | null;
  readonly bias: Int32Array | null;
  readonly factors: readonly FixedPointFactor[];
}

const NONE = new Int32Array(1);

export function windowProgram(name: PeerFunction, window: PeerWindow, values: Int8Array): PeerProgram {
  const { input, output, kernel, stride, padding, factors } = window;
  const words: Operand[] = [
    ...[input.height, input.width, input.channels, output.height, output.width, output.channels],
    ...[kernel.height, kernel.width, stride.height, stride.width, padding.top, padding.left],
    ...[-window.inputZeroPoint, window.outputZeroPoint, window.outputMin, window.outputMax],
    window.weights ?? NONE,
    window.bias ?? NONE,
    Int32Array.from(factors, ({ multiplier }) => multiplier),
    Int32Array.from(factors, ({ shift }) => peerShift(shift)),
    ...[{ tensor: 'input' }, { tensor: 'output' }, { tensor: 'buffer' }, PEER_BUFFER_BYTES],
  ];
  const bytes = output.height * output.width * output.channels;
  return {
    kernel: name,
    program: {
      tensors: { input: values, output: bytes, buffer: PEER_BUFFER_BYTES },
      calls: [peerCall(name, words)],
      output: 'output',
    },
  };
}

/** TFLite's softmax: differences are scaled to 5 integer bits; those that would underflow are left out. */
export function softmaxScaling(inputScale: number) {
  const { multiplier, shift } = fixedPointFactor(inputScale);
  const leftShift = peerShift(shift) + 26;
  const radius = Math.floor((31 * 2 ** 26) / 2 ** leftShift);
  return { multiplier, shift: leftShift, minimumDifference: -radius };
}

function softmaxCall(
  { rows, columns, scale }: { readonly rows: number; readonly columns: number; readonly scale: number },
  tensors: { readonly input: string; readonly output: string },
): ProgramCall {
  const { multiplier, shift, minimumDifference } = softmaxScaling(scale);
  return peerCall('arm_softmax_s8', [
    ...[rows, columns, multiplier, shift, minimumDifference],
    ...[{ tensor: tensors.input }, { tensor: tensors.output }],
  ]);
}

export function softmaxProgram(
  shape: { readonly rows: number; readonly columns: number; readonly scale: number },
  values: Int8Array,
): PeerProgram {
  return {
    kernel: 'arm_softmax_s8',
    program: {
      tensors: { input: values, output: values.length },
      calls: [softmaxCall(shape, { input: 'input', output: 'output' })],
      output: 'output',
    },
  };
}

export interface PeerAdd {
  readonly zeroPoints: { readonly a: number; readonly b: number; readonly output: number };
  readonly factors: {
    readonly a: FixedPointFactor;
    readonly b: FixedPointFactor;
    readonly output: FixedPointFactor;
  };
}

/** Of both operands, before they are added (docs/quantization.md). */
const ADD_LEFT_SHIFT = 20;

export function addProgram(
  { zeroPoints, factors }: PeerAdd,
  [a, b]: readonly [Int8Array, Int8Array],
): PeerProgram {
  const factor = ({ multiplier, shift }: FixedPointFactor) => [multiplier, peerShift(shift)];
  const words: Operand[] = [
    ...[-zeroPoints.a, ...factor(factors.a), -zeroPoints.b, ...factor(factors.b), ADD_LEFT_SHIFT],
    ...[zeroPoints.output, ...factor(factors.output), -128, 127, a.length],
    ...[{ tensor: 'a' }, { tensor: 'b' }, { tensor: 'output' }],
  ];
  return {
    kernel: 'arm_elementwise_add_s8',
    program: {
      tensors: { a, b, output: a.length },
      calls: [peerCall('arm_elementwise_add_s8', words)],
      output: 'output',
    },
  };
}

export interface PeerAttention {
  readonly heads: number;
  readonly tokens: number;
  readonly headWidth: number;
  readonly zeroPoints: {
    readonly query: number;
    readonly key: number;
    readonly value: number;
    readonly output: number;
  };
  readonly scores: QuantParams;
  readonly scoresFactor: FixedPointFactor;
  readonly valuesFactor: FixedPointFactor;
}

/** [tokens, heads * width] -> [heads, tokens, width], or with `transposed` [heads, width, tokens]. */
function byHeads(
  values: Int8Array,
  { heads, tokens, headWidth }: PeerAttention,
  transposed: boolean,
): Int8Array {
  const sorted = new Int8Array(values.length);
  for (let h = 0; h < heads; h++) {
    for (let t = 0; t < tokens; t++) {
      for (let c = 0; c < headWidth; c++) {
        const inside = transposed ? c * tokens + t : t * headWidth + c;
        sorted[h * tokens * headWidth + inside] = values[(t * heads + h) * headWidth + c]!;
      }
    }
  }
  return sorted;
}

/**
 * QK^T, softmax, PV as three calls. The peer is handed queries, keys and (transposed) values sorted by heads: what sorting
 * them would cost is not counted against it. Its output is [heads, tokens, width].
 */
export function attentionProgram(
  attention: PeerAttention,
  [queries, keys, values]: readonly [Int8Array, Int8Array, Int8Array],
): PeerProgram {
  const { heads, tokens, headWidth, zeroPoints, scores, scoresFactor, valuesFactor } = attention;
  const matmul = (
    shape: readonly [rows: number, columns: number, depth: number],
    offsets: readonly [left: number, right: number, output: number],
    { multiplier, shift }: FixedPointFactor,
    tensors: readonly [left: string, right: string, output: string],
  ) =>
    peerCall('arm_batch_matmul_s8', [
      ...[heads, ...shape, ...offsets, multiplier, peerShift(shift)],
      ...[...tensors, 'buffer'].map((tensor) => ({ tensor })),
      PEER_BUFFER_BYTES,
    ]);
  const pairs = heads * tokens * tokens;
  return {
    kernel: 'arm_batch_matmul_s8 + arm_softmax_s8 + arm_batch_matmul_s8',
    program: {
      tensors: {
        queries: byHeads(queries, attention, false),
        keys: byHeads(keys, attention, false),
        values: byHeads(values, attention, true),
        scores: pairs,
        probabilities: pairs,
        output: heads * tokens * headWidth,
        buffer: PEER_BUFFER_BYTES,
      },
      calls: [
        matmul(
          [tokens, tokens, headWidth],
          [-zeroPoints.query, -zeroPoints.key, scores.zeroPoint],
          scoresFactor,
          ['queries', 'keys', 'scores'],
        ),
        softmaxCall(
          { rows: heads * tokens, columns: tokens, scale: scores.scale },
          { input: 'scores', output: 'probabilities' },
        ),
        matmul([tokens, headWidth, tokens], [128, -zeroPoints.value, zeroPoints.output], valuesFactor, [
          'probabilities',
          'values',
          'output',
        ]),
      ],
      output: 'output',
    },
  };
}
