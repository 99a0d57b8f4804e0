/** @file Depthwise convolutions with their shape compiled in equal the plain loops: blocks, borders and channels of all kinds. */
import { describe, expect } from '@jest/globals';
import { createRng } from '@tinyformer/core';
import { loadRuntime } from '@tinyformer/mcu-runtime-c';
import type { BenchLayer } from '../src/benchmark/layer.js';
import { depthwiseLayer } from '../src/benchmark/layer-makers.js';
import { ownWays, SpecialisedKernels } from '../src/benchmark/own-programs.js';
import { MACHINES } from '../src/machine/cortex-machine.js';
import { expectPlainLoops } from './support/layer-ways.js';
import { machineTest } from './support/snippets.js';

/** [height, width, channels]: even and odd heights, one to four blocks a row, channels that are no multiple of four. */
const DENSE_SHAPES = [
  [16, 16, 8],
  [3, 8, 4],
  [5, 24, 7],
  [7, 8, 13],
  [4, 32, 5],
] as const;

/** With kernel, stride and kept taps: one and several passes of a list, strips, lines of odd length, no tap at all. */
const KEPT_SHAPES = [
  [16, 16, 8, 3, 1, 2],
  [5, 3, 6, 3, 1, 9],
  [9, 7, 5, 3, 2, 4],
  [40, 60, 4, 3, 1, 1],
  [6, 9, 9, 5, 1, 17],
  [8, 8, 4, 5, 2, 9],
  [4, 5, 4, 5, 1, 25],
  [3, 4, 4, 3, 1, 0],
] as const;

const LAYERS = [
  ...DENSE_SHAPES.map(([height, width, channels]) => ({ height, width, channels, kernel: 3, stride: 2 })),
  ...KEPT_SHAPES.map(([height, width, channels, kernel, stride, keptTaps]) => ({
    ...{ height, width, channels, kernel, stride, keptTaps },
  })),
];

/** One channel's factor is far above the others', as a channel that training left unused has it. */
function withLoudChannel(layer: BenchLayer): BenchLayer {
  return {
    ...layer,
    candidates: layer.candidates.map(({ encoding, site }) => {
      const scales = site.node.attributes['weightScales'] as readonly number[];
      const weightScales = scales.map((scale, channel) => (channel === 2 ? 1024 * scale : scale));
      const attributes = { ...site.node.attributes, weightScales };
      return { encoding, site: { ...site, node: { ...site.node, attributes } } };
    }),
  };
}

describe.each(MACHINES)('On a $name', (machine) => {
  describe.each(['single', 'double'] as const)('with %s rounding', (rounding) => {
    machineTest('depthwise convolutions compiled for one call equal the plain loops', async () => {
      const runtime = await loadRuntime('wasm', { rounding });
      const specialised = new SpecialisedKernels(null);
      const ways = LAYERS.flatMap((sizes, index) => {
        const layer = depthwiseLayer(createRng(index), `layer${index}`, sizes).draw();
        return [layer, withLoudChannel({ ...layer, name: `${layer.name}Loud` })].flatMap((each) =>
          ownWays(each, { runtime, specialised })
            .filter(({ kind }) => kind === 'specialised')
            .map((way) => ({ way, inputs: each.inputs })),
        );
      });
      runtime.dispose();
      expect(ways).toHaveLength(2 * LAYERS.length);
      await expectPlainLoops(ways, { machine, rounding, specialised: specialised.list });
    });
  });
});
