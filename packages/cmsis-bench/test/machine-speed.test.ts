import { BOARDS } from '@tinyformer/core';
import { describe, expect } from '@jest/globals';
import { measureMachineSpeed } from '../src/benchmark/machine-speed.js';
import { MACHINES } from '../src/machine/cortex-machine.js';
import { machineTest } from './support/snippets.js';

describe('The speed of the machines', () => {
  machineTest('is measured without and with the memory of every board', async () => {
    let seconds = 0;
    const rows = await measureMachineSpeed({ passes: 1, runs: 1, now: () => (seconds += 0.5 + seconds) });
    expect(rows.map(({ memory }) => memory)).toEqual([
      ...MACHINES.map(() => 'zero-wait'),
      ...BOARDS.map(({ name }) => name),
    ]);
    for (const { instructions, seconds: taken, instructionsPerSecond } of rows) {
      expect(instructions).toBeGreaterThan(4e6);
      expect(instructionsPerSecond).toBeCloseTo(instructions / taken);
    }
  });
});
