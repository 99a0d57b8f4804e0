/**
 * @file The Cortex-M7's in-order model against llvm-mca, which analyses the same description of the core. Left out are LDM
 * and STM of more than two words, which LLVM lets pass in one cycle, and IT blocks, which llvm-mca refuses.
 */
import { describe, expect, test } from '@jest/globals';
import { CORTEX_M7 } from '../src/machine/cortex-machine.js';
import { runProcess } from '../src/machine/process.js';
import { countSnippets, machineTest, writeScratch } from './support/snippets.js';
import { HAND_WRITTEN_LOOPS, RANDOM_LOOPS } from './support/straight-line-loops.js';

const ITERATIONS = 100;

/** The relative difference that is allowed. */
const TOLERANCE = 0.1;

const isThere = await runProcess('llvm-mca', ['--version']).then(
  ({ exitCode }) => exitCode === 0,
  () => false,
);
if (!isThere) {
  console.warn('SKIPPED: the comparison with llvm-mca, because it is missing (Debian: package llvm)');
}
const analysedTest = isThere ? machineTest : test.skip;

/** Cycles of one iteration. */
async function analyse(loop: string): Promise<number> {
  const { exitCode, stdout, stderr } = await runProcess('llvm-mca', [
    '-mtriple=thumbv7em-none-eabi',
    '-mcpu=cortex-m7',
    `-iterations=${ITERATIONS}`,
    writeScratch('s', `.syntax unified\n${loop}\n`),
  ]);
  if (exitCode !== 0) throw new Error(`llvm-mca: ${stderr}`);
  return Number(/Total Cycles:\s+(\d+)/.exec(stdout)![1]) / ITERATIONS;
}

const SUITES = [
  { name: 'hand-written loops', loops: HAND_WRITTEN_LOOPS },
  { name: 'random loops', loops: RANDOM_LOOPS },
];

describe.each(SUITES)('On $name a cortex-m7', ({ loops }) => {
  const run = () =>
    countSnippets(
      CORTEX_M7,
      loops.map((loop) => `mov lr, r0\n .rept ${ITERATIONS}\n ${loop}\n .endr`),
    );

  analysedTest('with in-order write-back takes the cycles of llvm-mca, within a tenth', async () => {
    const regions = await run();
    const apart = [];
    for (const [index, loop] of loops.entries()) {
      const estimated = regions[index]!.cyclesHigh / ITERATIONS;
      const analysed = await analyse(loop);
      if (Math.abs(estimated / analysed - 1) > TOLERANCE) apart.push({ loop, estimated, analysed });
    }
    expect(apart).toEqual([]);
  });

  machineTest('takes no longer with write-back out of order', async () => {
    const longer = (await run()).filter(({ cycles, cyclesHigh }) => cycles > cyclesHigh);
    expect(longer).toEqual([]);
  });
});
