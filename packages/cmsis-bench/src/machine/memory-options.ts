/** @file A board's memory as the counter's options (`csrc/plugin/memory_system.c`). */
import type { CacheShape, MemorySystem, ReadStall } from '@tinyformer/core';

/** None, and memory answers at once. */
export function memoryOptions(memory: MemorySystem | undefined): string[] {
  if (!memory) return [];
  const { flashReadBytes, flashStall, sramStall, prefetch, instructionCache, dataCache } = memory;
  const stall = ({ cycles, lineCycles }: ReadStall) => `${cycles}:${lineCycles}`;
  const shape = ({ bytes, ways, lineBytes }: CacheShape) =>
    [bytes, ways, lineBytes, flashReadBytes].join(':');
  return [
    `flash=${stall(flashStall)}`,
    `ram=${stall(sramStall)}`,
    `prefetch=${prefetch ? 1 : 0}`,
    `icache=${shape(instructionCache)}`,
    `dcache=${shape(dataCache)}`,
  ];
}
