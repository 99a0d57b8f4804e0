/** @file Random requests of every kernel, with sizes around the lanes of the kernels: 1, 3, 4, 5 and more. */
import fc from 'fast-check';
import { averagePoolRequest } from './average-pools.js';
import { depthwiseRequest, depthwiseTapsRequests } from './depthwises.js';
import type { KernelParams, KernelRequest } from './request.js';
import { encodePanel, evenTile, type PanelMatrix } from './panel-stream.js';
import { hasStrips, stripTile } from './strip-tile.js';
import { convolution, convolutionPanel, linear, linearPanel, type WindowShape } from './requests.js';
import type { WeightEncoding } from './requests.js';
import { encodeRows } from './row-streams.js';
import type { RowEncoding, RowMatrix } from './row-streams.js';
import { int8s, multiplier, quantisation, size, windowShape, zeroPoint } from './values.js';

/** Rows of blocks at any even place, zeros in a column that does not exist; `columns` is at least 2. */
export const rowMatrix = (encoding: RowEncoding, rows: number, columns: number): fc.Arbitrary<RowMatrix> => {
  const readable = columns + (columns % 2);
  const widths = encoding === 'csr' ? [1] : [2, 4, 8, 16].filter((width) => width <= readable);
  return fc
    .record({ blockColumns: fc.constantFrom(...widths), balance: fc.nat(5) })
    .chain(({ blockColumns, balance }) => {
      const pitch = encoding === 'csr' ? 1 : 2;
      const end = encoding === 'csr' ? columns : readable;
      const starts = Array.from({ length: (end - blockColumns) / pitch + 1 }, (_, i) => pitch * i);
      const count = Math.min(balance, starts.length);
      const range = encoding === 'balanced' ? { minLength: count, maxLength: count } : { maxLength: count };
      const weights = fc.array(fc.integer({ min: -18, max: 18 }), {
        minLength: blockColumns,
        maxLength: blockColumns,
      });
      const row = fc
        .shuffledSubarray(starts, range)
        .chain((firsts) =>
          fc.tuple(
            ...firsts
              .toSorted((a, b) => a - b)
              .map((first) => fc.record({ first: fc.constant(first), weights })),
          ),
        )
        .map((blocks) =>
          blocks.map(({ first, weights }) => ({
            first,
            weights: weights.map((weight, k) => (first + k < columns ? weight : 0)),
          })),
        );
      return fc
        .array(row, { minLength: rows, maxLength: rows })
        .map((blocks) => ({ rows, columns, blockColumns, blocks }));
    });
};

/** Panels for `tokens` tokens, of every block and form that fits. */
export const panelMatrix = (rows: number, columns: number): fc.Arbitrary<PanelMatrix> => {
  const quadCount = Math.ceil(columns / 4);
  const forms = [
    ...[2, 4].map((blockRows) => ({ blockRows, blockColumns: 4, isDense: true })),
    ...[2, 4].map((blockRows) => ({ blockRows, blockColumns: 4, isDense: false })),
    ...(quadCount > 1 ? [{ blockRows: 2, blockColumns: 8, isDense: false }] : []),
  ];
  const perRow = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: rows, maxLength: rows });
  return fc
    .record({ form: fc.constantFrom(...forms), isFused: fc.boolean(), hasRowShifts: fc.boolean() })
    .chain(({ form, isFused, hasRowShifts }) => {
      const groups = Math.ceil(rows / form.blockRows);
      const starts = Array.from({ length: quadCount - form.blockColumns / 4 + 1 }, (_, i) => i);
      const most = form.isDense ? starts.length : Math.min(starts.length, 6);
      return fc.integer({ min: form.isDense ? most : 0, max: most }).chain((blocks) => {
        const firsts = fc.shuffledSubarray(starts, { minLength: blocks, maxLength: blocks });
        const size = groups * blocks * form.blockRows * form.blockColumns;
        return fc.record({
          ...{ rows: fc.constant(rows), columns: fc.constant(columns), isFused: fc.constant(isFused) },
          blockRows: fc.constant(form.blockRows),
          blockColumns: fc.constant(form.blockColumns),
          isDense: fc.constant(form.isDense),
          quads: fc.array(form.isDense ? fc.constant(starts) : firsts, {
            minLength: groups,
            maxLength: groups,
          }),
          values: fc.array(fc.integer({ min: -18, max: 18 }), { minLength: size, maxLength: size }),
          bias: perRow(fc.integer({ min: -50000, max: 50000 })),
          multipliers: perRow(hasRowShifts ? multiplier : fc.integer({ min: 2 ** 23, max: 2 ** 31 - 1 })),
          shift: fc.integer({ min: 33, max: 54 }),
          // Kernels that take shifts of 33 and more need every row's to be so.
          rowShifts: hasRowShifts
            ? fc.constantFrom(28, 33).chain((min) => perRow(fc.integer({ min, max: 46 })))
            : fc.constant(null),
        });
      });
    });
};

export const linearPanelRequest = fc
  .record({ tokens: size(9), inputs: size(20), outputs: size(9) })
  .chain(({ tokens, inputs, outputs }) =>
    fc
      .tuple(int8s(tokens * inputs), panelMatrix(outputs, inputs), quantisation(outputs))
      .map(([input, matrix, params]) =>
        linearPanel([tokens, inputs, outputs], {
          input,
          weights: encodePanel(matrix, evenTile(matrix, tokens < 4 ? 8 : 32)),
          params,
        }),
      ),
  );

const weightsOf = (encoding: WeightEncoding, rows: number, columns: number): fc.Arbitrary<Int8Array> => {
  if (encoding === 'dense') return int8s(rows * columns);
  return rowMatrix(encoding, rows, columns).map((matrix) => encodeRows(encoding, matrix));
};

const weightEncoding = fc.constantFrom<WeightEncoding>('dense', 'balanced', 'runlength', 'csr');

export const linearRequest = fc
  .record({
    tokens: size(9),
    inputs: fc.integer({ min: 2, max: 40 }),
    outputs: size(11),
    encoding: weightEncoding,
  })
  .chain(({ tokens, inputs, outputs, encoding }) =>
    fc
      .tuple(int8s(tokens * inputs), weightsOf(encoding, outputs, inputs), quantisation(outputs))
      .map(([input, weights, params]) =>
        linear([tokens, inputs, outputs], { input, weights, encoding, params }),
      ),
  );

export const convolutionRequest = fc
  .record({ shape: windowShape, encoding: weightEncoding })
  .filter(({ shape }) => shape.kernel * shape.kernelWidth * shape.input.channels >= 2)
  .chain(({ shape, encoding }) => {
    const { input, kernel, kernelWidth, outputChannels } = shape;
    const columns = kernel * kernelWidth * input.channels;
    return fc
      .tuple(
        int8s(input.height * input.width * input.channels),
        weightsOf(encoding, outputChannels, columns),
        quantisation(outputChannels),
      )
      .map(([data, weights, params]) => convolution(shape, { input: data, weights, encoding, params }));
  });

export interface PanelWindow {
  readonly shape: WindowShape;
  readonly gathers: boolean;
}

/** Wide enough for the kernel to read windows from rows, where it does not copy them. */
export const panelWindow: fc.Arbitrary<PanelWindow> = fc
  .record({
    shape: fc.record({
      input: fc.record({ height: size(7), width: size(13), channels: size(9) }),
      outputChannels: size(6),
      kernel: fc.constantFrom(1, 2, 3, 4, 5, 7, 9),
      stride: size(3),
    }),
    gathers: fc.boolean(),
  })
  .map(({ shape, gathers }) => ({ shape, gathers: gathers || !hasStrips(shape) }));

/** Blocks of 8 channels lie in two quads of one position, which only copied windows have in a row. */
export const panelWindowMatrix = ({ shape, gathers }: PanelWindow): fc.Arbitrary<PanelMatrix> => {
  const { input, kernel, outputChannels } = shape;
  const columns = gathers ? kernel ** 2 * input.channels : 4 * stripTile(shape).offsets.length;
  return panelMatrix(outputChannels, columns).filter(({ blockColumns }) => gathers || blockColumns === 4);
};

export const convolutionPanelRequest = panelWindow.chain((window) =>
  fc
    .tuple(
      int8s(window.shape.input.height * window.shape.input.width * window.shape.input.channels),
      panelWindowMatrix(window),
      quantisation(window.shape.outputChannels),
    )
    .map(([input, matrix, params]) => {
      const tile = window.gathers ? evenTile(matrix, 32) : stripTile(window.shape);
      return convolutionPanel(window, { input, weights: encodePanel(matrix, tile), params });
    }),
);

const request = (
  kernel: string,
  params: KernelParams,
  [inputs, outputLength]: [Int8Array[], number],
): KernelRequest => ({ kernel, params, inputs, outputLength });

/** From 512 values on, the kernel looks rescaled operands up. */
const addLength = fc.oneof(size(20), fc.integer({ min: 510, max: 520 }));

export const addRequest = addLength.chain((length) =>
  fc
    .record({
      a: int8s(length),
      b: int8s(length),
      params: fc.record({
        ...{ size: fc.constant(length), a_zero_point: zeroPoint, b_zero_point: zeroPoint },
        ...{ output_zero_point: zeroPoint, a_multiplier: multiplier, b_multiplier: multiplier },
        ...{ a_shift: fc.integer({ min: 31, max: 40 }), b_shift: fc.integer({ min: 31, max: 40 }) },
        ...{ output_multiplier: multiplier, output_shift: fc.integer({ min: 45, max: 53 }) },
        ...{ output_min: fc.integer({ min: -128, max: 0 }), output_max: fc.integer({ min: 0, max: 127 }) },
      }),
    })
    .map(({ a, b, params }) => request('tfr_add_s8', params, [[a, b], length])),
);

const lookupRequest = size(70).chain((length) =>
  fc
    .tuple(int8s(length), int8s(256))
    .map(([input, table]) => request('tfr_lookup_s8', { size: length, table }, [[input], length])),
);

/** Any table that the kernel takes: the first entry 0, the last the largest. */
const exponentials = fc
  .tuple(fc.array(fc.nat(2000), { minLength: 0, maxLength: 60 }), fc.integer({ min: 2000, max: 30000 }))
  .map(([rest, largest]) => Uint16Array.of(0, ...rest, largest));

const attentionRequest = fc
  .record({ tokens: size(19), heads: size(3), head_width: size(19) })
  .chain((shape) => {
    const elements = shape.tokens * shape.heads * shape.head_width;
    const window = fc.oneof(fc.constant(shape.tokens), fc.nat(shape.tokens));
    return fc
      .record({
        inputs: fc.tuple(int8s(elements), int8s(elements), int8s(elements)),
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
      .map(({ inputs, table, params }) =>
        request('tfr_attention_s8', { ...shape, ...params, table, table_size: table.length }, [
          inputs,
          elements,
        ]),
      );
  });

const softmaxRequest = fc
  .tuple(size(4), size(70), fc.double({ min: 0.001, max: 1, noNaN: true }))
  .chain(([rows, columns, scale]) =>
    int8s(rows * columns).map((input) => {
      const table = Uint16Array.from({ length: 256 }, (_, d) => Math.round(65535 * Math.exp(-d * scale)));
      return request('tfr_softmax_s8', { rows, columns, table }, [[input], rows * columns]);
    }),
  );

const exactSoftmaxRequest = fc
  .tuple(size(4), size(20), fc.double({ min: 0.001, max: 1, noNaN: true }))
  .chain(([rows, columns, scale]) =>
    int8s(rows * columns).map((input) => {
      const exponential = (_: unknown, d: number) => Math.round((2 ** 31 - 1) * Math.exp(-d * scale));
      const table = Int32Array.from({ length: 256 }, exponential);
      return request('tfr_softmax_tflite_s8', { rows, columns, table }, [[input], rows * columns]);
    }),
  );

const normRequest = fc.tuple(size(4), fc.integer({ min: 2, max: 40 })).chain(([rows, columns]) =>
  fc
    .record({
      input: int8s(rows * columns),
      epsilon: size(2 ** 31 - 1),
      gamma: fc.int16Array({ min: -16383, max: 16383, minLength: columns, maxLength: columns }),
      beta: fc.int32Array({ min: -(2 ** 30), max: 2 ** 30, minLength: columns, maxLength: columns }),
      output_zero_point: zeroPoint,
      scale: fc.record({ multiplier, shift: fc.integer({ min: 45, max: 55 }) }),
    })
    .map(({ input, scale, ...params }) =>
      request('tfr_layer_norm_s8', { rows, columns, ...params, ...scale }, [[input], rows * columns]),
    ),
);

/** One arbitrary an op; the two with encodings draw one. */
export const requestsByOp: Readonly<Record<string, fc.Arbitrary<KernelRequest>>> = {
  linear: linearRequest,
  linear_panel: linearPanelRequest,
  convolution: convolutionRequest,
  convolution_panel: convolutionPanelRequest,
  depthwise: fc.oneof(
    depthwiseRequest,
    depthwiseTapsRequests.map(({ kept }) => kept),
  ),
  lookup: lookupRequest,
  add: addRequest,
  average_pool: averagePoolRequest,
  attention: attentionRequest,
  softmax: softmaxRequest,
  softmax_tflite: exactSoftmaxRequest,
  layer_norm: normRequest,
};

/** The same requests for the same seed; every op `perOp` times. */
export function randomRequests({ perOp, seed }: { perOp: number; seed: number }): KernelRequest[] {
  return Object.values(requestsByOp).flatMap((arbitrary) => fc.sample(arbitrary, { numRuns: perOp, seed }));
}
