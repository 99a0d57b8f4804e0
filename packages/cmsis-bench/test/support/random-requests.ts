/** @file Random kernel calls with small, odd shapes: one arbitrary a kernel, weights and values over their whole range. */
import type { KernelRequest } from '@tinyformer/mcu-runtime-c';
import { encodeWeights, fitEncoding, supportsLayout, type EncodingLayout } from '@tinyformer/sparse-engine';
import fc, { type Arbitrary } from 'fast-check';

const int8 = (length: number): Arbitrary<Int8Array> => fc.int8Array({ minLength: length, maxLength: length });
const size = (max: number) => fc.integer({ min: 1, max });
const zeroPoint = fc.integer({ min: -128, max: 127 });
const multiplier = fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 });
const operandFactor = fc.record({ multiplier, shift: fc.integer({ min: 31, max: 33 }) });
const sumFactor = fc.record({ multiplier, shift: fc.integer({ min: 47, max: 55 }) });
const wholeRange = { output_min: -128, output_max: 127 };
const range = fc.oneof(
  { arbitrary: fc.constant(wholeRange), weight: 3 },
  fc
    .tuple(zeroPoint, zeroPoint)
    .map(([a, b]) => ({ output_min: Math.min(a, b), output_max: Math.max(a, b) })),
);

/** Everything of a weighted kernel that belongs to its outputs. */
const perOutput = (outputs: number) =>
  fc
    .record({
      bias: fc.int32Array({ minLength: outputs, maxLength: outputs, min: -20000, max: 20000 }),
      multiplier: fc.int32Array({ minLength: outputs, maxLength: outputs, min: 2 ** 30 }),
      shift: fc.uint8Array({ minLength: outputs, maxLength: outputs, min: 36, max: 46 }),
      input_zero_point: zeroPoint,
      output_zero_point: zeroPoint,
      range,
    })
    .map(({ range: clamp, ...rest }) => ({ ...rest, ...clamp }));

interface WeightMatrix {
  readonly rows: number;
  readonly columns: number;
}

/** Random zeros, held by one of the layouts that the matrix can have. */
const sparse =
  (layouts: readonly EncodingLayout[]): Weights =>
  (shape) => {
    const fitting = layouts.filter((layout) => supportsLayout(shape, layout));
    const weight = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -127, max: 127 }));
    const length = shape.rows * shape.columns;
    return fc
      .tuple(fc.constantFrom(...fitting), fc.array(weight, { minLength: length, maxLength: length }))
      .map(([layout, values]) => {
        const matrix = { ...shape, values: Int8Array.from(values) };
        return encodeWeights(matrix, fitEncoding(matrix, layout));
      });
  };

const rowLayouts = (kind: 'balanced' | 'runlength'): EncodingLayout[] =>
  [2, 4, 8, 16].map((blockColumns) => ({ kind, blockColumns }));

const SPARSE: readonly (readonly [encoding: string, weights: Weights])[] = [
  ['balanced', sparse(rowLayouts('balanced'))],
  ['runlength', sparse(rowLayouts('runlength'))],
  ['csr', sparse([{ kind: 'csr' }])],
];

type Weights = (matrix: WeightMatrix) => Arbitrary<Int8Array>;
const dense: Weights = ({ rows, columns }) => int8(rows * columns);

const linear = (kernel: string, weights: Weights): Arbitrary<KernelRequest> =>
  fc.record({ tokens: size(9), inputs: fc.integer({ min: 2, max: 40 }), outputs: size(11) }).chain((shape) =>
    fc
      .tuple(
        perOutput(shape.outputs),
        weights({ rows: shape.outputs, columns: shape.inputs }),
        int8(shape.tokens * shape.inputs),
      )
      .map(([outputs, bytes, input]) => ({
        kernel,
        params: { ...shape, ...outputs, weights: bytes, weight_bytes: bytes.length },
        inputs: [input],
        outputLength: shape.tokens * shape.outputs,
      })),
  );

const window = fc
  .record({
    input_height: size(7),
    input_width: size(7),
    kernel_height: fc.constantFrom(1, 2, 3, 5),
    kernel_width: fc.constantFrom(1, 2, 3, 5),
    stride_height: size(2),
    stride_width: size(2),
  })
  .map((shape) => ({
    ...shape,
    output_height: Math.ceil(shape.input_height / shape.stride_height),
    output_width: Math.ceil(shape.input_width / shape.stride_width),
    padding_top: (shape.kernel_height - 1) >> 1,
    padding_left: (shape.kernel_width - 1) >> 1,
  }));

const convolution = (kernel: string, weights: Weights): Arbitrary<KernelRequest> =>
  fc
    .tuple(window, fc.integer({ min: 2, max: 6 }), size(9))
    .chain(([shape, input_channels, output_channels]) =>
      fc
        .tuple(
          perOutput(output_channels),
          weights({
            rows: output_channels,
            columns: shape.kernel_height * shape.kernel_width * input_channels,
          }),
          int8(shape.input_height * shape.input_width * input_channels),
        )
        .map(([outputs, bytes, input]) => ({
          kernel,
          params: {
            ...shape,
            input_channels,
            output_channels,
            ...outputs,
            weights: bytes,
            weight_bytes: bytes.length,
          },
          inputs: [input],
          outputLength: shape.output_height * shape.output_width * output_channels,
        })),
    );

const depthwise: Arbitrary<KernelRequest> = fc.tuple(window, size(11)).chain(([shape, channels]) =>
  fc
    .tuple(
      perOutput(channels),
      int8(shape.kernel_height * shape.kernel_width * channels),
      int8(shape.input_height * shape.input_width * channels),
    )
    .map(([outputs, weights, input]) => ({
      kernel: 'tfr_depthwise_dense_s8',
      params: { ...shape, channels, ...outputs, weights, weight_bytes: weights.length },
      inputs: [input],
      outputLength: shape.output_height * shape.output_width * channels,
    })),
);

const lookup: Arbitrary<KernelRequest> = size(70).chain((length) =>
  fc.tuple(int8(256), int8(length)).map(([table, input]) => ({
    kernel: 'tfr_lookup_s8',
    params: { size: length, table },
    inputs: [input],
    outputLength: length,
  })),
);

const add: Arbitrary<KernelRequest> = fc
  .tuple(size(400), operandFactor, operandFactor, sumFactor)
  .chain(([length, a, b, output]) =>
    fc
      .tuple(int8(length), int8(length), zeroPoint, zeroPoint, zeroPoint, range)
      .map(([x, y, za, zb, zy, clamp]) => ({
        kernel: 'tfr_add_s8',
        params: {
          size: length,
          a_zero_point: za,
          b_zero_point: zb,
          output_zero_point: zy,
          a_multiplier: a.multiplier,
          a_shift: a.shift,
          b_multiplier: b.multiplier,
          b_shift: b.shift,
          output_multiplier: output.multiplier,
          output_shift: output.shift,
          ...clamp,
        },
        inputs: [x, y],
        outputLength: length,
      })),
  );

const averagePool: Arbitrary<KernelRequest> = fc
  .tuple(window, size(19), range)
  .chain(([shape, channels, clamp]) =>
    int8(shape.input_height * shape.input_width * channels).map((input) => ({
      kernel: 'tfr_average_pool_s8',
      params: { ...shape, channels, ...clamp },
      inputs: [input],
      outputLength: shape.output_height * shape.output_width * channels,
    })),
  );

/** The first entry is 0, the last the largest; those between in any order. */
const exponentials = fc
  .tuple(fc.array(fc.nat(2000), { minLength: 0, maxLength: 60 }), fc.integer({ min: 2000, max: 30000 }))
  .map(([rest, largest]) => Uint16Array.of(0, ...rest, largest));

const attention: Arbitrary<KernelRequest> = fc
  .record({ tokens: size(19), heads: size(3), head_width: size(19) })
  .chain((shape) => {
    const elements = shape.tokens * shape.heads * shape.head_width;
    const window = fc.oneof(fc.constant(shape.tokens), fc.nat(shape.tokens));
    return fc
      .record({
        inputs: fc.tuple(int8(elements), int8(elements), int8(elements)),
        table: exponentials,
        params: fc.record({
          valid_tokens: fc.oneof(fc.constant(shape.tokens), size(shape.tokens)),
          window_before: window,
          window_after: window,
          pruned_heads: fc.oneof(fc.constant(0), fc.nat(7)),
          query_zero_point: zeroPoint,
          value_zero_point: zeroPoint,
          output_zero_point: zeroPoint,
          score_multiplier: fc.integer({ min: 0, max: 2 ** 27 }),
          value_multiplier: multiplier,
          value_shift: fc.integer({ min: 27, max: 36 }),
        }),
      })
      .map(({ inputs, table, params }) => ({
        kernel: 'tfr_attention_s8',
        params: { ...shape, ...params, table, table_size: table.length },
        inputs,
        outputLength: elements,
      }));
  });

const softmax: Arbitrary<KernelRequest> = fc
  .tuple(size(5), size(70), fc.double({ min: 0.001, max: 0.5, noNaN: true }))
  .chain(([rows, columns, scale]) =>
    int8(rows * columns).map((input) => ({
      kernel: 'tfr_softmax_s8',
      params: {
        rows,
        columns,
        table: Uint16Array.from({ length: 256 }, (_, d) => Math.round(65535 * Math.exp(-d * scale))),
      },
      inputs: [input],
      outputLength: rows * columns,
    })),
  );

const exactSoftmax: Arbitrary<KernelRequest> = fc
  .tuple(size(5), size(70), fc.array(fc.nat(2 ** 31 - 1), { minLength: 255, maxLength: 255 }))
  .chain(([rows, columns, rest]) =>
    int8(rows * columns).map((input) => ({
      kernel: 'tfr_softmax_tflite_s8',
      params: { rows, columns, table: Int32Array.of(2 ** 31 - 1, ...rest) },
      inputs: [input],
      outputLength: rows * columns,
    })),
  );

const layerNorm: Arbitrary<KernelRequest> = fc
  .tuple(size(5), fc.integer({ min: 2, max: 70 }))
  .chain(([rows, columns]) =>
    fc
      .tuple(
        int8(rows * columns),
        fc.int16Array({ minLength: columns, maxLength: columns, min: -16383, max: 16383 }),
        fc.int32Array({ minLength: columns, maxLength: columns, min: -(2 ** 24), max: 2 ** 24 }),
        fc.record({
          epsilon: size(1000),
          output_zero_point: zeroPoint,
          multiplier,
          shift: fc.integer({ min: 44, max: 56 }),
        }),
      )
      .map(([input, gamma, beta, rest]) => ({
        kernel: 'tfr_layer_norm_s8',
        params: { rows, columns, gamma, beta, ...rest },
        inputs: [input],
        outputLength: rows * columns,
      })),
  );

const ARBITRARIES = [
  linear('tfr_linear_dense_s8', dense),
  convolution('tfr_convolution_dense_s8', dense),
  ...SPARSE.flatMap(([encoding, weights]) => [
    linear(`tfr_linear_${encoding}_s8`, weights),
    convolution(`tfr_convolution_${encoding}_s8`, weights),
  ]),
  depthwise,
  lookup,
  add,
  averagePool,
  attention,
  softmax,
  exactSoftmax,
  layerNorm,
];

/** The same requests for the same seed; every kernel `perKernel` times. */
export function randomRequests({ perKernel, seed }: { perKernel: number; seed: number }): KernelRequest[] {
  return ARBITRARIES.flatMap((arbitrary) => fc.sample(arbitrary, { numRuns: perKernel, seed }));
}
