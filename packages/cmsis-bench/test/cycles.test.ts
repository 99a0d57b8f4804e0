import { describe, expect } from '@jest/globals';
import { CORTEX_M4, CORTEX_M7 } from '../src/machine/cortex-machine.js';
import { countSnippets, machineTest } from './support/snippets.js';

/** What an assembly snippet costs by hand; one number where the estimate is no range. */
type Timing = readonly [code: string, cycles: number, cyclesHigh?: number];

/** Arm DDI 0439, sections 3.3.1 and 3.3.2. r0 points to eight words. */
const CORTEX_M4_TIMINGS: readonly Timing[] = [
  ['', 0],
  ['movs r1, #1\n add.w r2, r1, r1, lsl #3\n sxtb16 r3, r2\n ssat r4, #8, r3', 4],
  ['mul r1, r2, r3\n smlad r1, r2, r3, r1\n smull r1, r2, r3, r4\n smlal r1, r2, r3, r4', 4],
  ['ldr r1, [r0]', 2],
  ['ldr r1, [r0]\n ldrh r2, [r0, #4]\n ldrsb r3, [r0, #9]', 4],
  ['ldr r1, [r0]\n add r2, r1, #1\n ldr r3, [r0]', 5],
  ['mov r2, r0\n nop\n ldr r1, [r2], #4\n ldr r3, [r2]', 5], // the address comes from the load before
  ['add r2, r0, #4\n ldr r1, [r2]', 4], // an address that was just computed is late by a cycle
  ['add r2, r0, #4\n nop\n ldr r1, [r2]', 4],
  ['str r1, [r0]\n str r1, [r0, #4]', 2],
  ['movs r2, #4\n nop\n str r1, [r0, r2]', 4],
  ['movs r2, #4\n ldr r3, [r0]\n str r3, [r0, r2]', 4],
  ['str r1, [r0]\n ldr r1, [r0]', 3],
  ['ldm r0, {r1-r4}\n ldrd r1, r2, [r0]\n push {r1-r3}\n pop {r1-r3}', 16],
  ['movs r2, #3\n udiv r1, r0, r2', 3, 13],
  ['ldr r1, [r0, #2]', 3],
  ['ldr r1, [r0, #1]\n ldrh r2, [r0, #1]', 6],
  ['str r1, [r0, #1]', 1, 3],
  ['movs r1, #10\n 1: ldr r2, [r0]\n subs r1, #1\n bne 1b', 1 + 10 * 4 + 9 * 2],
  ['bl 1f\n b 2f\n 1: bx lr\n 2:', 9],
  ['movs r1, #1\n tbb [pc, r1]\n .byte 1, 2\n nop\n nop', 1 + 1 + 6 + 1],
  ['adr r1, 1f + 1\n push {r1}\n pop {pc}\n nop\n .balign 4\n 1:', 1 + 2 + 5],
  ['cmp r0, #0\n ite eq\n ldreq r2, [r0]\n addne r2, #1', 4],
  ['cmp r0, #0\n ite ne\n ldrne r2, [r0]\n addeq r2, #1', 5],
  ['cmp r0, #0\n it eq\n ldmeq.w r0, {r1-r4}', 3],
  ['cmp r0, #0\n it ne\n ldmne.w r0, {r1-r4}', 7],
  ['cmp r0, #0\n it ne\n udivne r1, r0, r0', 3, 14],
  ['vldr s0, [r0]\n nop\n vmul.f32 s1, s0, s0\n vmla.f32 s2, s0, s0\n vadd.f32 s3, s2, s2', 9],
  ['vmov r1, s0\n vmov r1, r2, s0, s1\n vstr s0, [r0]', 4, 5],
  ['vmov.f32 s1, #1.0\n nop\n vdiv.f32 s0, s1, s1', 16],
];

/** LLVM's ARMScheduleM7.td and GCC's cortex-m7.md; write-back out of order and in order. */
const CORTEX_M7_TIMINGS: readonly Timing[] = [
  ['', 0],
  ['add.w r1, r2, r3\n add.w r4, r5, r6', 1],
  ['add.w r1, r2, r3\n add.w r4, r1, r6', 2],
  ['add.w r1, r2, r3, lsl #2\n add.w r4, r5, r6, lsl #2', 2], // one shifter for operands
  ['sxtb16 r1, r2\n sxtb16 r3, r4', 2], // the older of a pair only
  ['sxtb16 r1, r2\n add.w r3, r4, r5', 1],
  ['add.w r3, r4, r5\n sxtb16 r1, r2', 2],
  ['ldr r1, [r0]\n ldr r2, [r0, #4]', 1],
  ['str r1, [r0]\n str r2, [r0, #4]', 2],
  ['ldr r1, [r0]\n add.w r2, r1, r1', 2],
  ['ldrsb r1, [r0]\n add.w r2, r1, r1', 3],
  ['mov.w r1, r0\n ldr r2, [r1]', 3], // an address is needed a cycle early
  ['smlad r1, r2, r3, r1\n smlad r1, r4, r5, r1\n smlad r1, r2, r3, r1', 3], // the accumulator is forwarded
  ['mul r1, r2, r3\n add.w r4, r1, r1', 3],
  ['smlad r1, r2, r3, r1\n add.w r4, r5, r6', 1, 2], // the sum may not be written before the product
  ['ldm.w r0, {r1-r4}\n nop.w', 3 /* two words a cycle; NOP issues alone */],
  ['movs r2, #3\n udiv r1, r0, r2\n mov.w r3, r2', 6, 8],
];

const TIMINGS = [
  { machine: CORTEX_M4, timings: CORTEX_M4_TIMINGS },
  { machine: CORTEX_M7, timings: CORTEX_M7_TIMINGS },
];

describe.each(TIMINGS)('Cycles of a $machine.name', ({ machine, timings }) => {
  machineTest('are those counted by hand', async () => {
    const regions = await countSnippets(
      machine,
      timings.map(([code]) => code),
    );
    const found = regions.map(({ cycles, cyclesHigh }, index) => [timings[index]![0], cycles, cyclesHigh]);
    expect(found).toEqual(timings.map(([code, cycles, cyclesHigh = cycles]) => [code, cycles, cyclesHigh]));
  });
});

const MISPREDICTED = { low: 4, high: 6 };

describe('Branches of a cortex-m7', () => {
  machineTest('cost a refill when first taken and when a loop ends, and are foreseen between', async () => {
    const loop = (count: number) => `movs r1, #${count}\n 1: subs r1, #1\n bne 1b`;
    const [ten, twenty] = await countSnippets(CORTEX_M7, [loop(10), loop(20)]);
    expect(twenty!.cycles - ten!.cycles).toBe(20);
    expect(ten!.cycles).toBe(1 + 20 + 2 * MISPREDICTED.low);
    expect(ten!.cyclesHigh).toBe(1 + 20 + 2 * MISPREDICTED.high);
  });

  machineTest('are forgotten when a region begins', async () => {
    const region = (id: number) => `movw r12, #${id}\n dbg #1\n bl shared\n dbg #2\n`;
    const code = `${region(7)}${region(8)} b 9f\n shared: movs r1, #5\n 1: subs r1, #1\n bne 1b\n bx lr\n 9:`;
    const regions = await countSnippets(CORTEX_M7, [code]);
    const [first, second] = regions.filter(({ id }) => id >= 7);
    expect(second!.cycles).toBe(first!.cycles);
  });
});
