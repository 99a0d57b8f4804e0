/** @file What a network has to fit on. Figures are those of the makers' data sheets; memory is what firmware may use of it. */
import { TinyFormerError } from './errors.js';
import {
  STM32F411_MEMORY,
  STM32F446_MEMORY,
  STM32F746_MEMORY,
  STM32H743_MEMORY,
  STM32L4R5_MEMORY,
  type MemorySystem,
} from './memory-system.js';
import { KIB, MIB } from './units.js';

export type Core = 'cortex-m4' | 'cortex-m7';

export interface Board {
  readonly name: string;
  readonly core: Core;
  readonly clockHz: number;
  readonly flashBytes: number;
  readonly sramBytes: number;
  /** What its memory costs the core at that clock. */
  readonly memory: MemorySystem;
}

export const BOARDS: readonly Board[] = [
  {
    name: 'stm32f411',
    core: 'cortex-m4',
    clockHz: 100e6,
    flashBytes: 512 * KIB,
    sramBytes: 128 * KIB,
    memory: STM32F411_MEMORY,
  },
  {
    name: 'stm32f446',
    core: 'cortex-m4',
    clockHz: 180e6,
    flashBytes: 512 * KIB,
    sramBytes: 128 * KIB,
    memory: STM32F446_MEMORY,
  },
  {
    name: 'stm32l4r5',
    core: 'cortex-m4',
    clockHz: 120e6,
    flashBytes: 2 * MIB,
    sramBytes: 640 * KIB,
    memory: STM32L4R5_MEMORY,
  },
  {
    name: 'stm32f746',
    core: 'cortex-m7',
    clockHz: 216e6,
    flashBytes: 1 * MIB,
    sramBytes: 320 * KIB,
    memory: STM32F746_MEMORY,
  },
  {
    name: 'stm32h743',
    core: 'cortex-m7',
    clockHz: 480e6,
    flashBytes: 2 * MIB,
    sramBytes: 512 * KIB,
    memory: STM32H743_MEMORY,
  },
];

/** 1 MiB of flash and 320 KiB of SRAM: the limits that TinyFormer's abstract names. */
export const DEFAULT_BOARD = 'stm32f746';

/** @throws E_BOARD when no board has this name. */
export function findBoard(name: string): Board {
  const board = BOARDS.find((candidate) => candidate.name === name.toLowerCase());
  if (board) return board;
  throw new TinyFormerError('E_BOARD', `there is no board "${name}"`, {
    hint: `choose one of ${BOARDS.map((candidate) => candidate.name).join(', ')}`,
    details: { name },
  });
}
