/** @file Random depthwise convolutions: shapes around everything that decides which way the kernels go. */
import fc from 'fast-check';
import { int8s, multiplier, quantisation, size, taps, windowShape } from './values.js';
import type { KernelParams, KernelRequest } from './request.js';
import { depthwise } from './requests.js';
import { encodeTaps } from './tap-stream.js';

/** Fewer than four channels have a way of their own; so have groups of four. */
const channels = fc.oneof(size(3), size(11));

/** Few outputs, rows of outputs that fill words, several strips. */
const image = fc.oneof(
  { weight: 3, arbitrary: fc.record({ height: size(4), width: size(4), channels }) },
  { weight: 3, arbitrary: fc.record({ height: size(9), width: size(40), channels }) },
  { weight: 2, arbitrary: fc.record({ height: size(40), width: size(5), channels }) },
  { weight: 1, arbitrary: fc.record({ height: fc.constant(1500), width: size(2), channels: size(5) }) },
);

const anyWindow = fc.record({
  input: image,
  kernel: fc.oneof(taps, size(7)),
  kernelWidth: fc.oneof(taps, size(7)),
  stride: size(4),
  strideWidth: size(4),
});

/** All channels short, with biases as large as sums of 32 bits let them be, and a factor of 0 now and then. */
const shortFactors = (count: number): fc.Arbitrary<KernelParams> => {
  const each = { minLength: count, maxLength: count };
  const factor = fc.oneof({ weight: 20, arbitrary: multiplier }, { weight: 1, arbitrary: fc.constant(0) });
  return fc.record({
    bias: fc.oneof(
      fc.int32Array({ min: -50000, max: 50000, ...each }),
      fc.int32Array({ min: -(2 ** 30), max: 2 ** 30, ...each }),
    ),
    multiplier: fc.array(factor, each).map((m) => Int32Array.from(m)),
    shift: fc.oneof(
      fc.uint8Array({ min: 33, max: 44, ...each }),
      fc.uint8Array({ min: 32, max: 54, ...each }),
    ),
  });
};

const factors = (count: number): fc.Arbitrary<KernelParams> =>
  fc
    .tuple(quantisation(count), fc.option(shortFactors(count)))
    .map(([params, short]) => ({ ...params, ...short }));

/** One axis of any padding and number of outputs that kernels accept. */
const axis = (input: number, kernel: number, stride: number) =>
  fc
    .nat(kernel - 1)
    .chain((padding) =>
      size(Math.floor((input + padding - 1) / stride) + 1).map((outputs) => ({ padding, outputs })),
    );

type AnyWindow = typeof anyWindow extends fc.Arbitrary<infer T> ? T : never;

/** The window as it is padded by default, or otherwise. */
const geometry = ({ input, kernel, kernelWidth, stride, strideWidth }: AnyWindow) =>
  fc.option(
    fc
      .tuple(axis(input.height, kernel, stride), axis(input.width, kernelWidth, strideWidth))
      .map(([rows, columns]) => ({
        padding_top: rows.padding,
        padding_left: columns.padding,
        output_height: rows.outputs,
        output_width: columns.outputs,
      })),
  );

export const depthwiseRequest: fc.Arbitrary<KernelRequest> = fc
  .oneof(windowShape, anyWindow)
  .chain((shape) => {
    const { input, kernel, kernelWidth } = shape;
    return fc
      .tuple(
        int8s(input.height * input.width * input.channels),
        int8s(kernel * kernelWidth * input.channels),
        factors(input.channels),
        geometry(shape),
      )
      .map(([data, weights, params, sizes]) => {
        const request = depthwise(shape, { input: data, weights, params: { ...params, ...sizes } });
        if (sizes === null) return request;
        return { ...request, outputLength: sizes.output_height * sizes.output_width * input.channels };
      });
  });

/** At least four channels; a call with dense weights, and the same with the taps that are not zero. */
export const depthwiseTapsRequests = windowShape.chain(({ input, ...shape }) => {
  const image = { ...input, channels: input.channels + 3 };
  const { height, width, channels } = image;
  const taps = shape.kernel * shape.kernelWidth;
  const blocks = taps * channels;
  return fc
    .record({
      data: int8s(height * width * channels),
      full: int8s(blocks),
      keep: fc.array(fc.nat(3), { minLength: blocks, maxLength: blocks }),
      params: quantisation(channels),
    })
    .map(({ data, full, keep, params }) => {
      const isKept = (i: number) => keep[Math.floor(i / channels) * channels + ((i % channels) >> 2)] === 0;
      const values = full.map((weight, i) => (isKept(i) ? weight : 0));
      const window = { ...shape, input: image };
      const stream = encodeTaps({ taps, channels, values });
      return {
        dense: depthwise(window, { input: data, weights: values, params }),
        kept: depthwise(window, { input: data, weights: stream, encoding: 'taps', params }),
      };
    });
});
