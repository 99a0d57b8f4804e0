/** @file Arguments that contradict each other are refused with a status before anything is written. */
import { describe, expect, it } from '@jest/globals';
import { RuntimeError } from '@tinyformer/mcu-runtime-c';
import type { KernelParams, KernelRequest } from '@tinyformer/mcu-runtime-c';
import {
  UNIT,
  convolution,
  depthwise,
  encodePanel,
  encodeRows,
  encodeTaps,
  evenTile,
  linear,
  linearPanel,
} from '@tinyformer/test-kit/kernel-requests';
import { runtimes, wasm } from './support/runtimes.js';

const [SIZE, RANGE, ENCODING] = [-2, -3, -4];
const int8 = (count: number): Int8Array => new Int8Array(count);

function statusOf(request: KernelRequest): number | undefined {
  const statuses = runtimes.map((runtime) => {
    try {
      runtime.run(request);
      return 0;
    } catch (error) {
      return (error as RuntimeError).status;
    }
  });
  expect(new Set(statuses).size).toBe(1);
  return statuses[0];
}

const changed = (request: KernelRequest, params: KernelParams): KernelRequest => ({
  ...request,
  params: { ...request.params, ...params },
});

const dense = linear([2, 8, 4], { input: int8(16), weights: int8(32) });
const conv = convolution(
  { input: { height: 4, width: 4, channels: 2 }, outputChannels: 3, kernel: 3, stride: 1 },
  { input: int8(32), weights: int8(54) },
);
const deep = depthwise(
  { input: { height: 4, width: 4, channels: 2 }, kernel: 3, stride: 1 },
  { input: int8(32), weights: int8(18) },
);
const tensors = (
  kernel: string,
  params: KernelParams,
  inputs: number[],
  outputLength: number,
): KernelRequest => ({
  kernel,
  params,
  inputs: inputs.map(int8),
  outputLength,
});
const softmax = tensors(
  'tfr_softmax_s8',
  { rows: 1, columns: 4, table: new Uint16Array(256).fill(1) },
  [4],
  4,
);
const attention = tensors(
  'tfr_attention_s8',
  {
    ...{
      tokens: 2,
      heads: 1,
      head_width: 2,
      valid_tokens: 2,
      window_before: 2,
      window_after: 2,
      pruned_heads: 0,
    },
    ...{ query_zero_point: 0, value_zero_point: 0, output_zero_point: 0, score_multiplier: 2 ** 20 },
    ...{ table: Uint16Array.of(0, 50, 100), table_size: 3, value_multiplier: 2 ** 30, value_shift: 30 },
  },
  [4, 4, 4],
  4,
);
const norm = tensors(
  'tfr_layer_norm_s8',
  {
    ...{ rows: 1, columns: 4, epsilon: 1, gamma: new Int16Array(4), beta: new Int32Array(4) },
    ...{ output_zero_point: 0, ...UNIT },
  },
  [4],
  4,
);

describe('refusals', () => {
  it.each([dense, conv, deep, softmax, attention, norm])('none for sound arguments ($kernel)', (request) => {
    expect(statusOf(request)).toBe(0);
  });

  it.each<[string, KernelRequest, KernelParams]>([
    ['no tokens', dense, { tokens: 0 }],
    ['more inputs than a patch may have', dense, { inputs: 65536 }],
    ['a tensor beyond 2^31 - 1 elements', dense, { tokens: 2 ** 30 }],
    ['dense weights of another size', dense, { weight_bytes: 31 }],
    ['a stride of 0', conv, { stride_width: 0 }],
    ['a padding as large as the kernel', conv, { padding_top: 3 }],
    ['a window beyond the image', conv, { output_height: 6 }],
    ['depthwise weights of another size', deep, { weight_bytes: 17 }],
    ['a negative width', attention, { head_width: -1 }],
    ['more padding than tokens', attention, { valid_tokens: 3 }],
    ['nothing but padding', attention, { valid_tokens: 0 }],
    ['a window that ends before its token', attention, { window_after: -1 }],
    ['a window beyond the tokens', attention, { window_before: 3 }],
    ['a table of one entry', attention, { table_size: 1 }],
    ['a row too short to normalise', norm, { columns: 1 }],
    ['a row too long to normalise', norm, { columns: 4097 }],
    ['a softmax row whose sum could overflow', softmax, { columns: 65537 }],
  ])('TFR_ERROR_SIZE for %s', (_, request, params) => {
    expect(statusOf(changed(request, params))).toBe(SIZE);
  });

  it.each<[string, KernelRequest, KernelParams]>([
    ['a zero point outside of int8', dense, { input_zero_point: 128 }],
    ['an empty clamp', dense, { output_min: 1, output_max: 0 }],
    ['a shift below 17', dense, { shift: Uint8Array.of(30, 30, 16, 30) }],
    ['a shift above 62', conv, { shift: Uint8Array.of(30, 63, 30) }],
    ['a multiplier below 2^30', dense, { multiplier: Int32Array.of(2 ** 30, 1, 0, 0) }],
    ['a negative scalar multiplier', attention, { value_multiplier: -(2 ** 30) }],
    [
      'a score multiplier whose scores leave 16 bits',
      attention,
      { head_width: 4, score_multiplier: 2 ** 31 - 1 },
    ],
    ['a table whose first probability is not 0', attention, { table: Uint16Array.of(1, 50, 100) }],
    ['a table whose last probability is not the largest', attention, { table: Uint16Array.of(0, 101, 100) }],
    ['a table without a probability', attention, { table: new Uint16Array(3) }],
    ['a probability beyond 15 bits', attention, { table: Uint16Array.of(0, 1, 32768) }],
    ['a row multiplier beyond 31 bits', attention, { value_shift: 24 }],
    ['a softmax table whose first entry is 0', softmax, { table: new Uint16Array(256) }],
    ['an epsilon of 0', norm, { epsilon: 0 }],
    ['a gamma beyond 14 bits', norm, { gamma: Int16Array.of(0, 16384, 0, 0) }],
    ['a beta beyond 30 bits', norm, { beta: Int32Array.of(0, 0, 0, 2 ** 30 + 1) }],
  ])('TFR_ERROR_RANGE for %s', (_, request, params) => {
    expect(statusOf(changed(request, params))).toBe(RANGE);
  });
});

describe('refused streams of single rows', () => {
  const shape = { rows: 2, columns: 7 };
  const block = (first: number) => ({ first, weights: [1, 2, 3, 0] });
  const weight = (first: number) => ({ first, weights: [1] });
  const pair = [block(0), block(4)];
  const sound = {
    balanced: encodeRows('balanced', { ...shape, blockColumns: 4, blocks: [pair, pair] }),
    runlength: encodeRows('runlength', { ...shape, blockColumns: 4, blocks: [pair, [block(4)]] }),
    csr: encodeRows('csr', {
      ...shape,
      blockColumns: 1,
      blocks: [[weight(1), weight(6)], [weight(2)]],
    }),
  };
  type Kind = keyof typeof sound;
  const request = (encoding: Kind, weights: Int8Array): KernelRequest =>
    linear([2, 7, 2], { input: int8(14), weights, encoding });
  const withByte = (encoding: Kind, offset: number, value: number): Int8Array => {
    const copy = sound[encoding].slice();
    expect(copy[offset]).not.toBe(value);
    copy[offset] = value;
    return copy;
  };

  const kinds = Object.keys(sound) as Kind[];

  it.each(kinds)('take the sound one of %s', (kind) => {
    expect(statusOf(request(kind, sound[kind]))).toBe(0);
  });

  it.each(kinds)('TFR_ERROR_ENCODING for headers that lie, %s', (kind) => {
    const streams = [
      int8(0),
      sound[kind].slice(0, 15),
      sound[kind].slice(0, -1),
      Int8Array.of(...sound[kind], 0),
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15].map((offset) => withByte(kind, offset, -1)),
    ];
    for (const stream of streams) expect(statusOf(request(kind, stream))).toBe(ENCODING);
  });

  it.each<[string, Kind, number, number]>([
    ['a block past the last', 'balanced', 18, 6],
    ['an odd column', 'balanced', 18, 3],
    ['equal columns', 'balanced', 18, 0],
    ['descending columns', 'balanced', 16, 4],
    ['a weight in a column that does not exist', 'balanced', 31, 1],
    ['a weight in a column that does not exist', 'runlength', 31, 1],
    ['a row that counts too many', 'runlength', 16, 3],
    ['rows that count too few', 'runlength', 18, 0],
    ['a step over the edge', 'runlength', 21, 3],
    ['a step of nothing', 'runlength', 21, 0],
    ['a first step over the edge', 'runlength', 22, 3],
    ['a first row that does not start at 0', 'csr', 16, 1],
    ['row starts that descend', 'csr', 20, 4],
    ['row starts with a high byte', 'csr', 23, -128],
    ['row starts that end early', 'csr', 24, 2],
    ['equal columns', 'csr', 30, 1],
    ['a column that does not exist', 'csr', 30, 7],
  ])('TFR_ERROR_ENCODING for %s (%s)', (_, kind, offset, value) => {
    expect(statusOf(request(kind, withByte(kind, offset, value)))).toBe(ENCODING);
  });
});

describe('refused taps', () => {
  const image = { height: 4, width: 4, channels: 5 };
  const values = Int8Array.from({ length: 45 }, (_, i) => (i < 25 ? 1 : 0));
  const sound = encodeTaps({ taps: 9, channels: 5, values });
  const request = (weights: Int8Array, channels = 5): KernelRequest =>
    depthwise(
      { input: { ...image, channels }, kernel: 3, stride: 1 },
      { input: int8(16 * channels), weights, encoding: 'taps' },
    );
  const withByte = (offset: number, value: number): Int8Array => {
    const copy = sound.slice();
    expect(copy[offset]).not.toBe(value);
    copy[offset] = value;
    return copy;
  };

  it('none for the sound one', () => expect(statusOf(request(sound))).toBe(0));

  it('TFR_ERROR_SIZE for fewer channels than a group has', () => {
    expect(statusOf(request(sound, 3))).toBe(SIZE);
  });

  it('TFR_ERROR_ENCODING for headers that lie', () => {
    const streams = [
      ...[int8(0), sound.slice(0, 15), sound.slice(0, -1), sound.slice(0, -4), Int8Array.of(...sound, 0)],
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15].map((offset) => withByte(offset, -1)),
    ];
    for (const stream of streams) expect(statusOf(request(stream))).toBe(ENCODING);
  });

  it.each([
    ['a tap beyond the window', 17, 2],
    ['a tap beyond the window in the last group', 19, 2],
    ['fewer taps than the header says', 16, 0],
    ['more taps than the header says', 18, 63],
  ])('TFR_ERROR_ENCODING for %s', (_, offset, value) => {
    expect(statusOf(request(withByte(offset, value)))).toBe(ENCODING);
  });
});

describe('refused panels', () => {
  const matrix = {
    ...{ rows: 2, columns: 8, blockRows: 2, blockColumns: 4, isDense: false, isFused: false },
    ...{ quads: [[0]], values: new Array<number>(8).fill(1), bias: [0, 0] },
    ...{ multipliers: [2 ** 30, 2 ** 30], shift: 40, rowShifts: null },
  };
  const sound = encodePanel(matrix, evenTile(matrix, 32));
  const request = (weights: Int8Array) => linearPanel([4, 8, 2], { input: int8(32), weights });
  /** With this step to the only block. */
  const placed = (step: number): Int8Array => {
    const copy = sound.slice();
    new DataView(copy.buffer).setInt16(28, step, true);
    return copy;
  };

  it.each([0, 32])('none for a block at a quad: %i', (step) => {
    expect(statusOf(request(placed(step)))).toBe(0);
  });

  it.each([
    ['none for the smallest shift of the rows', 40, 0],
    ['TFR_ERROR_ENCODING for a larger one', 41, ENCODING],
    ['TFR_ERROR_ENCODING for one that no row may have', 16, ENCODING],
  ])('%s in the header', (_, shift, status) => {
    const copy = encodePanel({ ...matrix, rowShifts: [40, 45] }, evenTile(matrix, 32));
    copy[16] = shift;
    expect(statusOf(request(copy))).toBe(status);
  });

  it.each([8, 16, 33, 64, -32, 32767])('TFR_ERROR_ENCODING for a block at %i', (step) => {
    expect(statusOf(request(placed(step)))).toBe(ENCODING);
  });
});

describe('refused requests', () => {
  const codeOf = (request: KernelRequest): string | undefined => {
    try {
      wasm.run(request);
      return undefined;
    } catch (error) {
      return (error as RuntimeError).code;
    }
  };

  it('name an unknown kernel', () => {
    expect(codeOf({ ...dense, kernel: 'tfr_linear_dense_s4' })).toBe('E_KERNEL_UNKNOWN');
  });

  it.each<[string, KernelRequest]>([
    ['a surplus field', changed(dense, { rows: 1 })],
    ['a fraction', changed(dense, { tokens: 1.5 })],
    ['a number beyond 32 bits', changed(dense, { tokens: 2 ** 31 })],
    ['an array of another type', changed(dense, { weights: new Uint8Array(32) })],
    ['a number in place of an array', changed(dense, { weights: 3 })],
    ['a missing field', { ...dense, params: { tokens: 1 } }],
    ['a missing input', { ...attention, inputs: [int8(4), int8(4)] }],
  ])('say which parameter is wrong: %s', (_, request) => {
    expect(codeOf(request)).toBe('E_KERNEL_PARAMS');
  });

  it('carry the kernel and the status as data', () => {
    const refused = (): unknown => wasm.run(changed(dense, { tokens: 0 }));
    expect(refused).toThrow(RuntimeError);
    expect(refused).toThrow(/E_KERNEL_STATUS: tfr_linear_dense_s8 returned TFR_ERROR_SIZE/);
  });
});
