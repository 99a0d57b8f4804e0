/**
 * @file What a board says to kernels with a compiled-in shape: how much code a loop may take. Beyond its instruction cache
 * or flash accelerator a loop that is unrolled further is fetched anew at every pass.
 */
import type { Board } from '@tinyformer/core';

/** C lines before the headers that such kernels are made of; none without a board, or where flash answers at once. */
export function loopLimit(board: Board | null): readonly string[] {
  if (board === null || board.memory.flashStall.cycles === 0) return [];
  const { name, memory } = board;
  return [
    `/* Bytes of code that the instruction cache of the ${name} holds: loops are unrolled no further. */`,
    '#ifndef TFR_LOOP_CODE_BYTES',
    `#define TFR_LOOP_CODE_BYTES ${memory.instructionCache.bytes}`,
    '#endif',
    '',
  ];
}
