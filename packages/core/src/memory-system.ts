/**
 * @file What a board's memory costs a core: flash wait states, and the caches before flash and SRAM.
 *
 * Sources: ST's reference manuals RM0383 (F411), RM0390 (F446), RM0432 (L4R5), RM0385 (F746) and RM0433 (H743), chapters
 * "Embedded flash memory": wait states at the board's clock and 2.7 to 3.6 V, width of a read, accelerator; Arm's
 * DDI 0489 (Cortex-M7): caches of 32-byte lines, two ways for instructions and four for data.
 */
import { KIB } from './units.js';

/** Least recently used lines are replaced. */
export interface CacheShape {
  readonly bytes: number;
  readonly ways: number;
  readonly lineBytes: number;
}

export interface MemorySystem {
  /** What a read of flash brings in, and so what a miss fills. */
  readonly flashReadBytes: number;
  /** Core cycles that a fetch or load stalls when it has to read flash; 0: never. */
  readonly flashStallCycles: number;
  /** Core cycles that a load stalls when it has to fill a cache line from SRAM; 0: SRAM answers at once. */
  readonly sramStallCycles: number;
  /** Whether the next read of flash is made while instructions of the last one execute. */
  readonly prefetch: boolean;
  readonly instructionCache: CacheShape;
  /** Of loads from flash, and from SRAM if that stalls. */
  readonly dataCache: CacheShape;
}

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
    flashStallCycles: waitStates,
    sramStallCycles: 0,
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
/** A cache line crosses the 64-bit AXI bus in four transfers. */
const AXI_TRANSFERS = 4;
/** For the miss, the request and the answer on the bus: an assumption, no document says. */
const BUS_CYCLES = 4;

/** A Cortex-M7's caches over AXI; `clockRatio` is the core's clock over the bus's. */
function level1Caches({
  cacheBytes,
  flashWaitStates,
  sramTransfers,
  clockRatio,
}: {
  /** Of each of the two caches. */
  readonly cacheBytes: number;
  readonly flashWaitStates: number;
  readonly sramTransfers: number;
  readonly clockRatio: number;
}): MemorySystem {
  return {
    flashReadBytes: CACHE_LINE_BYTES,
    flashStallCycles: clockRatio * (BUS_CYCLES + 1 + flashWaitStates + AXI_TRANSFERS),
    sramStallCycles: clockRatio * (BUS_CYCLES + 1 + sramTransfers),
    prefetch: false,
    instructionCache: { bytes: cacheBytes, ways: 2, lineBytes: CACHE_LINE_BYTES },
    dataCache: { bytes: cacheBytes, ways: 4, lineBytes: CACHE_LINE_BYTES },
  };
}

/** 210 to 216 MHz; flash on AXI, 256 bits a read; SRAM1 and SRAM2 behind a 32-bit AHB. */
export const STM32F746_MEMORY = level1Caches({
  cacheBytes: 4 * KIB,
  flashWaitStates: 7,
  sramTransfers: CACHE_LINE_BYTES / 4,
  clockRatio: 1,
});

/** The core at 480 MHz (VOS0), AXI, flash and AXI SRAM at 240 MHz; 256 bits a read. */
export const STM32H743_MEMORY = level1Caches({
  cacheBytes: 16 * KIB,
  flashWaitStates: 4,
  sramTransfers: AXI_TRANSFERS,
  clockRatio: 2,
});
