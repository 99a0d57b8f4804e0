/** @file What must be equal to the bit: runtimes among each other, encodings among each other, ways of calling. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KernelRequest, KernelRuntime } from '@tinyformer/mcu-runtime-c';
import { blockMatrix, int8s, requestsByOp, rowMatrix } from './support/arbitraries.js';
import { denseWeights, encodeStream } from './support/block-stream.js';
import { linear } from './support/requests.js';
import { denseRows, encodeRows } from './support/row-streams.js';
import { doubleRounding, runtimes, wasm } from './support/runtimes.js';

const runs = { numRuns: 150, seed: 20240607 };
const ops = Object.entries(requestsByOp);

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

  it('a block stream multiplies as the dense weights that it stands for', () => {
    const layer = fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 2, max: 20 }), fc.integer({ min: 1, max: 9 }))
      .chain(([tokens, inputs, outputs]) =>
        fc.tuple(fc.constant(tokens), blockMatrix(outputs, inputs), int8s(tokens * inputs)),
      );
    fc.assert(
      fc.property(layer, ([tokens, matrix, input]) => {
        const shape = [tokens, matrix.columns, matrix.rows] as const;
        const params = { shift: new Uint8Array(matrix.rows).fill(37), input_zero_point: -7 };
        const block = linear(shape, { input, weights: encodeStream(matrix), encoding: 'block', params });
        const dense = linear(shape, { input, weights: denseWeights(matrix), params });
        expect(wasm.run(block)).toEqual(wasm.run(dense));
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
