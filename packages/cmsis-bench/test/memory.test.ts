import { describe, expect, test } from '@jest/globals';
import { BOARDS, findBoard, type MemorySystem } from '@tinyformer/core';
import { CORTEX_M4, CORTEX_M7, findMachine } from '../src/machine/cortex-machine.js';
import { runFirmware } from '../src/machine/run-firmware.js';
import { countSnippets, linkAssembly, machineTest } from './support/snippets.js';

/** Cycles of each snippet beyond those with memory that answers at once. */
async function stalls(memory: MemorySystem, snippets: readonly string[], machine = CORTEX_M4) {
  const waiting = await countSnippets(machine, snippets, { memory });
  const immediate = await countSnippets(machine, snippets);
  return waiting.map(({ cycles, cyclesHigh }, index) => ({
    cycles: cycles - immediate[index]!.cycles,
    cyclesHigh: cyclesHigh - immediate[index]!.cyclesHigh,
  }));
}

const cyclesOf = (found: readonly { readonly cycles: number }[]) => found.map(({ cycles }) => cycles);

/** Reads of 16 bytes; 4 lines of 16 bytes for instructions, 2 for data. */
const SMALL: MemorySystem = {
  flashReadBytes: 16,
  flashStall: { cycles: 5, lineCycles: 0 },
  sramStall: { cycles: 0, lineCycles: 0 },
  prefetch: false,
  instructionCache: { bytes: 64, ways: 4, lineBytes: 16 },
  dataCache: { bytes: 32, ways: 2, lineBytes: 16 },
};

/** Code at a multiple of 64, entered by a jump from a read of flash that holds nothing else. */
const aligned = (code: string) => `b 8f\n .balign 64\n 8: ${code}`;
const moves = (count: number) => `.rept ${count}\n mov.w r1, #1\n .endr`;

describe('Instructions in flash', () => {
  machineTest('wait once for every read, and not again while the cache holds them', async () => {
    const loop = (passes: number, count: number) =>
      aligned(`movw r2, #${passes}\n 1: ${moves(count)}\n subs.w r2, #1\n bne.w 1b`);
    // 4 bytes an instruction: 12 fit the loop's 4 reads with movw, subs.w and bne.w; 16 make it 5 of 16 bytes.
    const found = await stalls(SMALL, [loop(1, 12), loop(9, 12), loop(1, 16), loop(9, 16)]);
    const [once, again, longOnce, longAgain] = cyclesOf(found);
    expect(again! - once!).toBe(0);
    expect(longOnce! - once!).toBe(5);
    // The oldest of 4 lines is replaced, so that a loop over 5 finds none of them.
    expect(longAgain! - longOnce!).toBe(8 * 5 * 5);
  });

  machineTest('are read ahead while earlier ones execute', async () => {
    const code = [4, 8, 12].map((count) => aligned(moves(count)));
    const plain = cyclesOf(await stalls(SMALL, code));
    const ahead = cyclesOf(await stalls({ ...SMALL, prefetch: true }, code));
    expect([plain[1]! - plain[0]!, plain[2]! - plain[1]!]).toEqual([5, 5]);
    // A read takes 6 cycles, 4 of which the 4 instructions before it cover.
    expect([ahead[1]! - ahead[0]!, ahead[2]! - ahead[1]!]).toEqual([2, 2]);
  });
});

describe('Data in flash', () => {
  const table = 'b 9f\n .balign 64\n 8: .space 64\n 9: adr r1, 8b\n nop\n';
  const loads = (offsets: readonly number[]) =>
    table + offsets.map((offset) => `ldr r2, [r1, #${offset}]\n`).join('');

  machineTest('waits once for every read, and again when two others came between', async () => {
    const [none, one, line, three, back] = cyclesOf(
      await stalls(SMALL, [
        table,
        loads([0]),
        loads([0, 4, 8, 12]),
        loads([0, 16, 32]),
        loads([0, 16, 32, 0]),
      ]),
    );
    expect([one! - none!, line! - none!, three! - none!, back! - none!]).toEqual([5, 5, 15, 20]);
  });

  machineTest('costs nothing in SRAM that answers at once', async () => {
    const code = aligned('nop.w');
    const load = aligned('ldr.w r1, [r0]');
    const [without, found] = cyclesOf(await stalls(SMALL, [code, load]));
    expect(found).toBe(without);
  });
});

describe('The caches of a cortex-m7', () => {
  const memory: MemorySystem = {
    flashReadBytes: 32,
    flashStall: { cycles: 0, lineCycles: 0 },
    sramStall: { cycles: 10, lineCycles: 3 },
    prefetch: false,
    instructionCache: { bytes: 4096, ways: 2, lineBytes: 32 },
    dataCache: { bytes: 256, ways: 4, lineBytes: 32 },
  };

  machineTest(
    'wait for the wanted word, and for its whole line in the high estimate; for stores only there',
    async () => {
      const found = await stalls(
        memory,
        ['ldr r1, [r0]\n ldr r1, [r0]', 'str r1, [r0]\n ldr r1, [r0]'],
        CORTEX_M7,
      );
      expect(found).toEqual([
        { cycles: 10, cyclesHigh: 13 },
        { cycles: 0, cyclesHigh: 13 },
      ]);
    },
  );

  machineTest('are empty when a region begins', async () => {
    const found = await stalls(memory, ['ldr r1, [r0]', 'ldr r1, [r0]'], CORTEX_M7);
    expect(cyclesOf(found)).toEqual([10, 10]);
  });
});

describe('A board', () => {
  test.each(BOARDS)('$name has caches that its reads divide', ({ memory }) => {
    for (const { bytes, ways, lineBytes } of [memory.instructionCache, memory.dataCache]) {
      expect(bytes % (ways * lineBytes)).toBe(0);
      expect(lineBytes % memory.flashReadBytes).toBe(0);
    }
  });

  /** Wait states by the manuals; a fill is 4 + 1 + waits and 4 transfers, of 2 cycles from 32-bit SRAM, twice at half the clock. */
  test.each([
    ['stm32f411', { cycles: 3, lineCycles: 0 }, { cycles: 0, lineCycles: 0 }],
    ['stm32f446', { cycles: 5, lineCycles: 0 }, { cycles: 0, lineCycles: 0 }],
    ['stm32l4r5', { cycles: 5, lineCycles: 0 }, { cycles: 0, lineCycles: 0 }],
    ['stm32f746', { cycles: 4 + 1 + 7 + 1, lineCycles: 3 }, { cycles: 4 + 1 + 2, lineCycles: 3 * 2 }],
    ['stm32h743', { cycles: 2 * (4 + 1 + 4 + 1), lineCycles: 2 * 3 }, { cycles: 2 * 6, lineCycles: 2 * 3 }],
  ])('%s waits as long as its page says', (name, flashStall, sramStall) => {
    expect(findBoard(name).memory).toMatchObject({ flashStall, sramStall });
  });

  machineTest('costs more cycles than memory that answers at once, and the same in every run', async () => {
    const code = 'movw r1, #500\n 1: ldr r2, [r0]\n subs r1, #1\n bne 1b';
    for (const { name, core } of BOARDS) {
      const machine = findMachine(core);
      const elf = await linkAssembly(machine, code);
      const { memory } = findBoard(name);
      const first = await runFirmware({ machine, elf, memory });
      expect((await runFirmware({ machine, elf, memory })).regions).toEqual(first.regions);
      const immediate = await runFirmware({ machine, elf });
      expect(first.regions[0]!.cycles).toBeGreaterThan(immediate.regions[0]!.cycles);
      expect(first.regions[0]!.counts).toEqual(immediate.regions[0]!.counts);
    }
  });
});
