/** @file Sessions and heap images: several calls on one heap. */
import { describe, expect, it } from '@jest/globals';
import { RuntimeError } from '@tinyformer/mcu-runtime-c';
import { linear } from '@tinyformer/test-kit/kernel-requests';
import { runtimes } from './support/runtimes.js';

/** Two layers of 64 inputs, the second with far more constants than the first page of a heap holds. */
const inputs = 64;
const input = Int8Array.from({ length: inputs }, (_, i) => i - 32);
const layer = (outputs: number): ReturnType<typeof linear> =>
  linear([1, inputs, outputs], {
    input,
    weights: Int8Array.from({ length: inputs * outputs }, (_, i) => (i * 37) % 5),
    params: { shift: new Uint8Array(outputs).fill(35) },
  });

describe.each(runtimes.map((runtime) => [runtime.name, runtime] as const))(
  'a session on %s',
  (_, runtime) => {
    it('chains layers through its arena and keeps constants while its heap grows', () => {
      const [first, second] = [layer(inputs), layer(4000)];
      const session = runtime.createSession({ arenaBytes: 2 * inputs + 4000 });
      const calls = [
        session.prepare(first.kernel, first.params, { inputs: [0], output: inputs }),
        session.prepare(second.kernel, second.params, { inputs: [inputs], output: 2 * inputs }),
      ];
      session.arena.set(input);
      for (const call of calls) session.run(call);
      const middle = runtime.run(first);
      expect(session.arena.slice(inputs, 2 * inputs)).toEqual(middle);
      expect(session.arena.slice(2 * inputs)).toEqual(runtime.run({ ...second, inputs: [middle] }));
      session.dispose();
    });

    it('does not disturb another session', () => {
      const [one, other] = [1, 2].map(() => runtime.createSession({ arenaBytes: 16 }));
      one!.arena.fill(1);
      other!.arena.fill(2);
      expect([...one!.arena]).toEqual(new Array(16).fill(1));
      one!.dispose();
      other!.dispose();
    });

    it('refuses offsets outside of the arena, and work after its end', () => {
      const { kernel, params } = layer(4);
      const session = runtime.createSession({ arenaBytes: 68 });
      expect(() => session.prepare(kernel, params, { inputs: [0], output: 68 })).toThrow(/E_KERNEL_PARAMS/);
      expect(() => session.run(0)).toThrow(RuntimeError);
      session.dispose();
      expect(() => session.arena).toThrow(/disposed/);
    });

    it('reports the status of a refused call', () => {
      const { kernel, params } = layer(4);
      const session = runtime.createSession({ arenaBytes: 68 });
      const call = session.prepare(kernel, { ...params, tokens: 0 }, { inputs: [0], output: 64 });
      expect(() => session.run(call)).toThrow(/TFR_ERROR_SIZE/);
      session.dispose();
    });
  },
);

describe('a heap image', () => {
  it('is the same from every runtime, aligned, with words that end in the offsets of input, output and scratch', () => {
    const requests = [layer(3), layer(5)];
    const images = runtimes.map((runtime) => runtime.encodeRequests(requests));
    for (const image of images) expect(image).toEqual(images[0]);
    const { heap, calls } = images[0]!;
    expect(heap.length % 16).toBe(0);
    calls.forEach(({ wordsOffset, outputOffset, outputLength }, i) => {
      const words = new Int32Array(heap.buffer, wordsOffset, 15);
      expect([...words.slice(0, 3)]).toEqual([1, inputs, 3 + 2 * i]);
      expect(heap.slice(words[12], words[12]! + inputs)).toEqual(new Uint8Array(input.buffer));
      expect(words[13]).toBe(outputOffset);
      expect(outputLength).toBe(3 + 2 * i);
      expect(words[14]).toBe(16);
    });
  });
});
