import { BOARDS } from '@tinyformer/core';
import { describe, expect, test } from '@jest/globals';
import { childProcessorSeconds } from '../src/benchmark/child-time.js';
import { measureMachineSpeed } from '../src/benchmark/machine-speed.js';
import { MACHINES } from '../src/machine/cortex-machine.js';
import { runProcess } from '../src/machine/process.js';
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

describe('The processor time of children', () => {
  const ofLinux = process.platform === 'linux' ? test : test.skip;

  ofLinux('grows by what they compute, and not while they sleep', async () => {
    const spent = async (code: string) => {
      const before = childProcessorSeconds()!;
      await runProcess(process.execPath, ['-e', code]);
      return childProcessorSeconds()! - before;
    };
    const start = await spent('');
    const computing = await spent(
      'const end = process.cpuUsage().user + 300000; while (process.cpuUsage().user < end);',
    );
    const sleeping = await spent('setTimeout(() => {}, 300)');
    expect(computing - start).toBeGreaterThan(0.2);
    expect(sleeping - start).toBeLessThan(0.15);
  });
});
