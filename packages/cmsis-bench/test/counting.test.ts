import { describe, expect } from '@jest/globals';
import { CORTEX_M4, MACHINES } from '../src/machine/cortex-machine.js';
import type { Counts } from '../src/machine/counts.js';
import { runFirmware } from '../src/machine/run-firmware.js';
import { countSnippets, linkAssembly, machineTest } from './support/snippets.js';

/** Counted by hand; what is not named is zero. */
const SNIPPETS: readonly (readonly [code: string, counts: Partial<Counts>])[] = [
  ['', {}],
  [
    'movs r1, #1\n adds r2, r1, r1\n lsls r2, #3\n bic r3, r2, #1\n sxth r4, r3\n ubfx r5, r4, #2, #7',
    { alu: 6 },
  ],
  ['movw r12, #77\n movt r12, #1', { alu: 2 }],
  [
    'sxtb16 r1, r2\n sxtb16 r1, r2, ror #8\n pkhbt r3, r1, r2\n ssat r4, #8, r3\n ssat16 r4, #8, r3\n sxtah r4, r4, r1\n qadd r5, r4, r4\n sadd16 r5, r5, r4\n sel r6, r5, r5',
    { dsp: 9 },
  ],
  [
    'mul r1, r2, r2\n muls r1, r2, r1\n smulbb r1, r2, r2\n smuad r3, r1, r1\n smmul r3, r1, r1\n smmulr r3, r1, r1',
    { multiply: 6 },
  ],
  [
    'mla r1, r2, r2, r1\n mls r1, r2, r2, r1\n smlad r1, r2, r2, r1\n smlabt r1, r2, r2, r1\n smmla r1, r2, r2, r1',
    { multiplyAccumulate: 5 },
  ],
  [
    'smull r1, r2, r3, r4\n umull r1, r2, r3, r4\n smlal r1, r2, r3, r4\n smlald r1, r2, r3, r4',
    { multiplyLong: 4 },
  ],
  ['movs r2, #3\n sdiv r1, r2, r2\n udiv r1, r2, r2', { alu: 1, divide: 2 }],
  [
    'ldr r1, [r0]\n ldr.w r1, [r0, #4]\n ldrb r1, [r0]\n ldrsh r1, [r0]\n ldrsb r1, [r0, #3]\n mov r2, r0\n ldr r1, [r2], #4',
    { alu: 1, load: 6 },
  ],
  ['str r1, [r0]\n strb r1, [r0]\n strh.w r1, [r0]\n strb r1, [r0, #3]', { store: 4 }],
  [
    'ldm r0, {r1-r4}\n ldrd r1, r2, [r0]\n push {r1-r3}\n pop {r1-r3}\n ldm.w r0, {r1, r8, r9}',
    { loadMultiple: 4, loadWords: 12, storeMultiple: 1, storeWords: 3 },
  ],
  ['stm.w r0, {r1-r3}\n strd r1, r2, [r0]', { storeMultiple: 2, storeWords: 5 }],
  ['movs r1, #10\n 1: subs r1, #1\n bne 1b', { alu: 11, branch: 10, branchesTaken: 9 }],
  ['movs r1, #5\n 1: subs r1, #1\n cbz r1, 2f\n b 1b\n 2:', { alu: 6, branch: 9, branchesTaken: 5 }],
  ['bl 1f\n b 2f\n 1: bx lr\n 2:', { branch: 2, branchIndirect: 1, branchesTaken: 3 }],
  [
    'movs r1, #1\n tbb [pc, r1]\n .byte 1, 2\n nop\n nop',
    { alu: 1, branchIndirect: 1, branchesTaken: 1, system: 1 },
  ],
  ['movs r1, #0\n cmp r1, #1\n ite eq\n moveq r2, #1\n movne r2, #2', { alu: 4, it: 1, predicated: 2 }],
  [
    'cmp r0, #0\n itttt eq\n ldreq r2, [r0]\n ldreq r2, [r0]\n ldreq r2, [r0]\n ldreq r2, [r0]\n movs r2, #0',
    { alu: 2, it: 1, load: 4, predicated: 4 },
  ],
  [
    'vldr s0, [r0]\n vstr s0, [r0]\n vldm r0, {s0-s3}\n vldr d1, [r0]\n vpush {s0-s1}\n vpop {s0-s1}',
    { load: 1, store: 1, loadMultiple: 3, loadWords: 8, storeMultiple: 1, storeWords: 2 },
  ],
  [
    'vadd.f32 s0, s1, s2\n vcmp.f32 s0, s1\n vcvt.s32.f32 s3, s0\n vabs.f32 s3, s0\n vmov.f32 s3, s4\n vmov.f32 s3, #1.0',
    { floatAlu: 6 },
  ],
  [
    'vmul.f32 s0, s1, s2\n vnmul.f32 s0, s1, s2\n vmla.f32 s0, s1, s2\n vfma.f32 s0, s1, s2\n vnmls.f32 s0, s1, s2',
    { floatMultiply: 2, floatMac: 3 },
  ],
  ['vmov.f32 s1, #1.0\n vdiv.f32 s0, s1, s1\n vsqrt.f32 s0, s1', { floatAlu: 1, floatDivide: 2 }],
  ['vmov r1, s0\n vmov s0, r1\n vmov r1, r2, s0, s1\n vmrs r1, fpscr', { floatMove: 4 }],
  ['nop\n dsb\n isb\n mrs r1, apsr\n sev', { system: 5 }],
];

describe.each(MACHINES)('The counter on a $name', (machine) => {
  machineTest('gives every snippet exactly its hand-counted instructions', async () => {
    const regions = await countSnippets(
      machine,
      SNIPPETS.map(([code]) => code),
    );
    const found = regions.map(({ counts }) =>
      Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
    );
    expect(found).toEqual(SNIPPETS.map(([, counts]) => counts));
    expect(regions.every(({ calls }) => calls === 1)).toBe(true);
  });

  machineTest('repeats to the last instruction', async () => {
    const elf = await linkAssembly(machine, 'movs r1, #200\n 1: ldr r2, [r0]\n subs r1, #1\n bne 1b');
    const first = await runFirmware({ machine, elf });
    const second = await runFirmware({ machine, elf });
    expect(second.regions).toEqual(first.regions);
  });
});

/** `count` copies of a marked region of one instruction; 14 bytes each, so that pages end in every place of a marker. */
const manyRegions = (count: number) => '  movw r12, #9\n  dbg #1\n  movs r1, #1\n  dbg #2\n'.repeat(count);

describe('Regions', () => {
  machineTest('cost nothing and lose nothing where a page of memory ends inside a marker', async () => {
    const { regions } = await runFirmware({
      machine: CORTEX_M4,
      elf: await linkAssembly(CORTEX_M4, manyRegions(4000)),
    });
    const bare = await runFirmware({ machine: CORTEX_M4, elf: await linkAssembly(CORTEX_M4, '') });
    expect(regions[1]).toMatchObject({ id: 9, calls: 4000, instructions: 4000, counts: { alu: 4000 } });
    expect(regions[0]!.counts).toEqual(bare.regions[0]!.counts);
  });

  machineTest('nest: an instruction belongs to the innermost one', async () => {
    const body = 'movw r12, #1\n dbg #1\n nop\n movw r12, #2\n dbg #1\n nop\n nop\n dbg #2\n nop\n dbg #2';
    const { regions } = await runFirmware({ machine: CORTEX_M4, elf: await linkAssembly(CORTEX_M4, body) });
    expect(regions.slice(1).map(({ id, instructions }) => [id, instructions])).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  machineTest('follow code that several of them share', async () => {
    const region = (id: number) => `movw r12, #${id}\n dbg #1\n movs r1, #${id}\n bl shared\n dbg #2\n`;
    const body = `${region(3)}${region(5)} b 9f\n shared: subs r1, #1\n bne shared\n bx lr\n 9:`;
    const { regions } = await runFirmware({ machine: CORTEX_M4, elf: await linkAssembly(CORTEX_M4, body) });
    expect(regions.slice(1).map(({ counts }) => [counts.alu, counts.branch, counts.branchesTaken])).toEqual([
      [4, 4, 4],
      [6, 6, 6],
    ]);
  });
});
