/** @file The two simulated machines: QEMU's MPS2 boards, and the compiler flags of their cores. */
import { TinyFormerError, type Core } from '@tinyformer/core';

export interface CortexMachine {
  readonly name: Core;
  /** QEMU's name of the board. */
  readonly qemuBoard: string;
  /** The counter's name of the core. */
  readonly counterCore: 'm4' | 'm7';
  /** What gcc needs to know of the core. */
  readonly compilerFlags: readonly string[];
  /** Where the board has its 16 MiB of external RAM; code and data memory lie alike on both. */
  readonly externalRamAddress: number;
}

export const CORTEX_M4: CortexMachine = {
  name: 'cortex-m4',
  qemuBoard: 'mps2-an386',
  counterCore: 'm4',
  compilerFlags: ['-mcpu=cortex-m4', '-mthumb', '-mfpu=fpv4-sp-d16', '-mfloat-abi=hard'],
  externalRamAddress: 0x21000000,
};

export const CORTEX_M7: CortexMachine = {
  name: 'cortex-m7',
  qemuBoard: 'mps2-an500',
  counterCore: 'm7',
  compilerFlags: ['-mcpu=cortex-m7', '-mthumb', '-mfpu=fpv5-d16', '-mfloat-abi=hard'],
  externalRamAddress: 0x60000000,
};

export const MACHINES: readonly CortexMachine[] = [CORTEX_M4, CORTEX_M7];

/** @throws E_MACHINE when there is no such machine. */
export function findMachine(name: string): CortexMachine {
  const machine = MACHINES.find((candidate) => candidate.name === name);
  if (machine) return machine;
  throw new TinyFormerError('E_MACHINE', `there is no machine "${name}"`, {
    hint: `choose one of ${MACHINES.map((candidate) => candidate.name).join(', ')}`,
    details: { name },
  });
}
