/** @file Depthwise convolutions by 3 x 3 kernels in strips equal the plain loops: turned images, odd rows, blocks that overlap. */
import { describe, expect } from '@jest/globals';
import { createRng } from '@tinyformer/core';
import { loadRuntime } from '@tinyformer/mcu-runtime-c';
import { depthwiseLayer } from '../src/benchmark/layer-makers.js';
import { ownWays, SpecialisedKernels } from '../src/benchmark/own-programs.js';
import { MACHINES } from '../src/machine/cortex-machine.js';
import { expectPlainLoops } from './support/layer-ways.js';
import { machineTest } from './support/snippets.js';

/** [height, width, channels, stride] */
const SHAPES = [
  [4, 4, 4, 1], // pairs of rows alone, one block
  [1, 9, 5, 1], // a row alone, an overlapping block
  [5, 7, 6, 1],
  [35, 6, 9, 1], // several strips, unless turned
  [33, 33, 4, 1], // the last strip is a row alone
  [16, 3, 7, 1], // turned, for its rows are too short
  [5, 70, 4, 1], // turned, for its rows are too long
  [19, 5, 11, 1], // turned, for that is less work
  [3, 18, 10, 2],
  [17, 15, 8, 2], // padding below a strip
  [40, 20, 5, 2], // several strips
  [12, 4, 13, 2], // turned
  [21, 6, 4, 2],
] as const;

describe.each(MACHINES)('On a $name', (machine) => {
  describe.each(['single', 'double'] as const)('with %s rounding', (rounding) => {
    machineTest('strips equal the plain loops', async () => {
      const runtime = await loadRuntime('wasm', { rounding });
      const ways = SHAPES.flatMap(([height, width, channels, stride], index) => {
        const sizes = { height, width, channels, kernel: 3, stride };
        const layer = depthwiseLayer(createRng(index), `layer${index}`, sizes).draw();
        return ownWays(layer, { runtime, specialised: new SpecialisedKernels(null) })
          .filter(({ symbol }) => symbol === 'tfr_depthwise_dense_s8')
          .map((way) => ({ way, inputs: layer.inputs }));
      });
      runtime.dispose();
      expect(ways).toHaveLength(SHAPES.length);
      await expectPlainLoops(ways, { machine, rounding });
    });
  });
});
