/**
 * @file The Cortex-M7's in-order model against llvm-mca, which analyses the same description of the core. Left out are LDM
 * and STM of more than two words, which LLVM lets pass in one cycle, and IT blocks, which llvm-mca refuses.
 *
 * For the Cortex-M4 llvm-mca lets a load overlap whatever follows it, which Arm's manual does not: it is a lower bound.
 */
import { describe, expect, test } from '@jest/globals';
import type { Core } from '@tinyformer/core';
import { CORTEX_M4, CORTEX_M7, type CortexMachine } from '../src/machine/cortex-machine.js';
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
async function analyse(loop: string, core: Core): Promise<number> {
  const { exitCode, stdout, stderr } = await runProcess('llvm-mca', [
    '-mtriple=thumbv7em-none-eabi',
    `-mcpu=${core}`,
    `-iterations=${ITERATIONS}`,
    writeScratch('s', `.syntax unified\n${loop}\n`),
  ]);
  if (exitCode !== 0) throw new Error(`llvm-mca: ${stderr}`);
  return Number(/Total Cycles:\s+(\d+)/.exec(stdout)![1]) / ITERATIONS;
}

const run = (machine: CortexMachine, loops: readonly string[]) =>
  countSnippets(
    machine,
    loops.map((loop) => `mov lr, r0\n mov r5, r0\n mov r6, r0\n .rept ${ITERATIONS}\n ${loop}\n .endr`),
  );

const SUITES = [
  { name: 'hand-written loops', loops: HAND_WRITTEN_LOOPS },
  { name: 'random loops', loops: RANDOM_LOOPS },
];

describe.each(SUITES)('On $name a cortex-m7', ({ loops }) => {
  analysedTest('with in-order write-back takes the cycles of llvm-mca, within a tenth', async () => {
    const regions = await run(CORTEX_M7, loops);
    const apart = [];
    for (const [index, loop] of loops.entries()) {
      const estimated = regions[index]!.cyclesHigh / ITERATIONS;
      const analysed = await analyse(loop, 'cortex-m7');
      if (Math.abs(estimated / analysed - 1) > TOLERANCE) apart.push({ loop, estimated, analysed });
    }
    expect(apart).toEqual([]);
  });

  machineTest('takes no longer with write-back out of order', async () => {
    const longer = (await run(CORTEX_M7, loops)).filter(({ cycles, cyclesHigh }) => cycles > cyclesHigh);
    expect(longer).toEqual([]);
  });
});

/** LLVM has an updated base and a product ready a cycle later than Arm's manual. */
const LATER_IN_LLVM = /\], ?#|!|smull|mla /;

describe('A cortex-m4', () => {
  const loops = [...HAND_WRITTEN_LOOPS, ...RANDOM_LOOPS].filter((loop) => !LATER_IN_LLVM.test(loop));

  analysedTest('takes no fewer cycles than llvm-mca has for it', async () => {
    const regions = await run(CORTEX_M4, loops);
    const fewer = [];
    for (const [index, loop] of loops.entries()) {
      const estimated = regions[index]!.cycles / ITERATIONS;
      const analysed = await analyse(loop, 'cortex-m4');
      if (estimated < 0.99 * analysed) fewer.push({ loop, estimated, analysed });
    }
    expect(loops.length).toBeGreaterThan(50);
    expect(fewer).toEqual([]);
  });
});
