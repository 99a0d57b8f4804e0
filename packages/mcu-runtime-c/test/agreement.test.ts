/** @file What must be equal to the bit: runtimes among each other, encodings among each other, ways of calling. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KernelRequest, KernelRuntime } from '@tinyformer/mcu-runtime-c';
import {
  densePanel,
  denseRows,
  depthwiseTapsRequests,
  encodePanel,
  encodeRows,
  evenTile,
  int8s,
  linear,
  linearPanel,
  panelMatrix,
  requestsByOp,
  rowMatrix,
} from '@tinyformer/test-kit/kernel-requests';
import { doubleRounding, runtimes, wasm } from './support/runtimes.js';

const runs = { numRuns: 150, seed: 20240607 };
const ops = Object.entries(requestsByOp);

/** A multiplier of any size in [2^30, 2^31), or 0. */
function normal(multiplier: number): { multiplier: number; zeros: number } {
  const zeros = multiplier === 0 ? 0 : Math.clz32(multiplier) - 1;
  return { multiplier: multiplier * 2 ** zeros, zeros };
}

/** A request run in place of an arena: inputs one after another, then the output. */
function runInSession(
  runtime: KernelRuntime,
  { kernel, params, inputs, outputLength }: KernelRequest,
): Int8Array {
  const ends = inputs.map((_, i) => inputs.slice(0, i + 1).reduce((sum, input) => sum + input.length, 0));
  const output = ends.at(-1)!;
  const offsets = inputs.map((input, i) => ends[i]! - input.length);
  const session = runtime.createSession({ arenaBytes: output + outputLength });
  const call = session.prepare(kernel, params, { inputs: offsets, output });
  inputs.forEach((input, i) => session.arena.set(input, offsets[i]));
  session.run(call);
  const result = session.arena.slice(output);
  session.dispose();
  return result;
}

describe('agreement', () => {
  it('has an arbitrary for every op of the manifest', () => {
    expect(new Set(wasm.manifest.kernels.map((kernel) => kernel.op))).toEqual(new Set(ops.map(([op]) => op)));
  });

  it.each(ops)('%s is the same on every runtime, in both rounding modes', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (request) => {
        for (const group of [runtimes, doubleRounding]) {
          const outputs = group.map((runtime) => [...runtime.run(request)]);
          for (const output of outputs) expect(output).toEqual(outputs[0]);
        }
      }),
      runs,
    );
  });

  it.each(ops)('%s is the same in a session as on its own', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (request) => {
        for (const runtime of runtimes) expect(runInSession(runtime, request)).toEqual(runtime.run(request));
      }),
      { ...runs, numRuns: 30 },
    );
  });

  it('a panel stream multiplies as the dense weights that it stands for', () => {
    const layer = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9 }))
      .chain(([tokens, inputs, outputs]) =>
        fc.tuple(fc.constant(tokens), panelMatrix(outputs, inputs), int8s(tokens * inputs)),
      );
    fc.assert(
      fc.property(layer, ([tokens, matrix, input]) => {
        const shape = [tokens, matrix.columns, matrix.rows] as const;
        const multiplier = Int32Array.from(matrix.multipliers, (m) => normal(m).multiplier);
        const shift = Uint8Array.from(
          matrix.multipliers,
          (m, row) => matrix.rowShifts?.[row] ?? matrix.shift + normal(m).zeros,
        );
        const params = { input_zero_point: -7, output_zero_point: 5 };
        const weights = encodePanel(matrix, evenTile(matrix, tokens < 4 ? 8 : 32));
        const factors = { bias: Int32Array.from(matrix.bias), multiplier, shift };
        const request = linear(shape, {
          input,
          weights: densePanel(matrix),
          params: { ...params, ...factors },
        });
        for (const runtime of [...runtimes, ...doubleRounding]) {
          const output = runtime.run(linearPanel(shape, { input, weights, params }));
          const dense = (runtime.rounding === 'double' ? doubleRounding : runtimes)[0]!;
          expect(output).toEqual(dense.run(request));
        }
      }),
      runs,
    );
  });

  it('a taps stream convolves as the dense weights that it stands for', () => {
    fc.assert(
      fc.property(depthwiseTapsRequests, ({ dense, kept }) => {
        for (const group of [runtimes, doubleRounding]) {
          const expected = group[0]!.run(dense);
          for (const runtime of group) expect(runtime.run(kept)).toEqual(expected);
        }
      }),
      runs,
    );
  });

  it.each(['balanced', 'runlength', 'csr'] as const)(
    'a %s stream multiplies as the dense weights that it stands for',
    (encoding) => {
      const layer = fc
        .tuple(
          fc.integer({ min: 1, max: 6 }),
          fc.integer({ min: 2, max: 20 }),
          fc.integer({ min: 1, max: 9 }),
        )
        .chain(([tokens, inputs, outputs]) =>
          fc.tuple(fc.constant(tokens), rowMatrix(encoding, outputs, inputs), int8s(tokens * inputs)),
        );
      fc.assert(
        fc.property(layer, ([tokens, matrix, input]) => {
          const shape = [tokens, matrix.columns, matrix.rows] as const;
          const params = { shift: new Uint8Array(matrix.rows).fill(37), input_zero_point: -7 };
          const weights = encodeRows(encoding, matrix);
          const sparse = linear(shape, { input, weights, encoding, params });
          const dense = linear(shape, { input, weights: denseRows(matrix), params });
          for (const runtime of runtimes) expect(runtime.run(sparse)).toEqual(wasm.run(dense));
        }),
        runs,
      );
    },
  );
});
