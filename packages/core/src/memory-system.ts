/**
 * @file What a board's memory costs a core: flash wait states, and the caches before flash and SRAM.
 *
 * Sources: ST's reference manuals RM0383 (F411), RM0390 (F446), RM0432 (L4R5), RM0385 (F746) and RM0433 (H743), chapters
 * "Embedded flash memory": wait states at the board's clock and 2.7 to 3.6 V, width of a read, accelerator; Arm's
 * DDI 0489 (Cortex-M7): caches of 32-byte lines, two ways for instructions and four for data, the wanted word first.
 * docs/cycle-model.md says of every figure where else it is written and what is an assumption.
 */
import { KIB } from './units.js';

/** Least recently used lines are replaced. */
export interface CacheShape {
  readonly bytes: number;
  readonly ways: number;
  readonly lineBytes: number;
}

/** What a read costs that has to go to the memory itself, in core cycles. */
export interface ReadStall {
  /** Until the wanted word is there; 0 with `lineCycles` 0: it is there at once. */
  readonly cycles: number;
  /** From then until the rest of its cache line is there, too. */
  readonly lineCycles: number;
}

export interface MemorySystem {
  /** What a read of flash brings in, and so what a miss fills. */
  readonly flashReadBytes: number;
  /** Of a fetch or load that has to read flash. */
  readonly flashStall: ReadStall;
  /** Of a load that has to fill a cache line from SRAM. */
  readonly sramStall: ReadStall;
  /** Whether the next read of flash is made while instructions of the last one execute. */
  readonly prefetch: boolean;
  readonly instructionCache: CacheShape;
  /** Of loads from flash, and from SRAM if that stalls. */
  readonly dataCache: CacheShape;
}

const NO_STALL: ReadStall = { cycles: 0, lineCycles: 0 };

/** An accelerator in the flash interface: every line can hold any address, and SRAM needs none. */
function flashAccelerator({
  waitStates,
  flashReadBytes,
  instruction,
  data,
  lineBytes,
}: {
  readonly waitStates: number;
  readonly flashReadBytes: number;
  /** Lines. */
  readonly instruction: number;
  readonly data: number;
  readonly lineBytes: number;
}): MemorySystem {
  const cache = (lines: number) => ({ bytes: lines * lineBytes, ways: lines, lineBytes });
  return {
    flashReadBytes,
    flashStall: { cycles: waitStates, lineCycles: 0 },
    sramStall: NO_STALL,
    prefetch: true,
    instructionCache: cache(instruction),
    dataCache: cache(data),
  };
}

/** RM0383, RM0390: 128 bits a read; 64 lines for instructions, 8 for data, of 128 bits each; prefetch. */
const stm32f4 = (waitStates: number): MemorySystem =>
  flashAccelerator({ waitStates, flashReadBytes: 16, instruction: 64, data: 8, lineBytes: 16 });

/** 90 to 100 MHz. */
export const STM32F411_MEMORY = stm32f4(3);

/** 150 to 180 MHz. */
export const STM32F446_MEMORY = stm32f4(5);

/**
 * 100 to 120 MHz in range 1, boosted. Two banks, as delivered: 64 bits a read; 32 lines for instructions and 8 for data of
 * four reads each.
 */
export const STM32L4R5_MEMORY = flashAccelerator({
  waitStates: 5,
  flashReadBytes: 8,
  instruction: 32,
  data: 8,
  lineBytes: 32,
});

const CACHE_LINE_BYTES = 32;
/** The AXI bus has 64 bits. */
const AXI_BYTES = 8;
/** For the miss, the request and the answer on the bus: an assumption, no document says. */
const BUS_CYCLES = 4;

/** A cache line over AXI; the bus waits for the memory, then for each transfer of the memory's own width. */
function lineFill({ waitStates, memoryBytes, clockRatio }: LineFill): ReadStall {
  const transferCycles = AXI_BYTES / Math.min(memoryBytes, AXI_BYTES);
  const transfers = CACHE_LINE_BYTES / AXI_BYTES;
  return {
    cycles: clockRatio * (BUS_CYCLES + 1 + waitStates + transferCycles),
    lineCycles: clockRatio * (transfers - 1) * transferCycles,
  };
}

interface LineFill {
  readonly waitStates: number;
  readonly memoryBytes: number;
  /** The core's clock over the bus's. */
  readonly clockRatio: number;
}

/** A Cortex-M7's caches over AXI. */
function level1Caches({
  cacheBytes,
  flashWaitStates,
  sramBytes,
  clockRatio,
}: {
  /** Of each of the two caches. */
  readonly cacheBytes: number;
  readonly flashWaitStates: number;
  /** Of a transfer of SRAM. */
  readonly sramBytes: number;
  readonly clockRatio: number;
}): MemorySystem {
  return {
    flashReadBytes: CACHE_LINE_BYTES,
    flashStall: lineFill({ waitStates: flashWaitStates, memoryBytes: CACHE_LINE_BYTES, clockRatio }),
    sramStall: lineFill({ waitStates: 0, memoryBytes: sramBytes, clockRatio }),
    prefetch: false,
    instructionCache: { bytes: cacheBytes, ways: 2, lineBytes: CACHE_LINE_BYTES },
    dataCache: { bytes: cacheBytes, ways: 4, lineBytes: CACHE_LINE_BYTES },
  };
}

/** 210 to 216 MHz; flash on AXI, 256 bits a read; SRAM1 and SRAM2 behind a 32-bit AHB. */
export const STM32F746_MEMORY = level1Caches({
  cacheBytes: 4 * KIB,
  flashWaitStates: 7,
  sramBytes: 4,
  clockRatio: 1,
});

/** The core at 480 MHz (VOS0), AXI, flash and AXI SRAM at 240 MHz; 256 bits a read. */
export const STM32H743_MEMORY = level1Caches({
  cacheBytes: 16 * KIB,
  flashWaitStates: 4,
  sramBytes: 8,
  clockRatio: 2,
});
