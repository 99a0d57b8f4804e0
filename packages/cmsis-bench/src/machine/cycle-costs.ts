/**
 * @file Estimated cycles: the executed instructions of each class times a cost, plus costs of events.
 *
 * Counts are exact, costs are means. Not modelled: dependences between instructions, memory wait states, caches,
 * unaligned accesses, operand-dependent division. docs/cycle-estimates.md says how far that leads.
 */
import type { Core } from '@tinyformer/core';
import {
  EVENTS,
  INSTRUCTION_CLASSES,
  type Counts,
  type InstructionClass,
  type MachineEvent,
} from './counts.js';

/** Cycles per instruction of a class, and per event. */
export type CycleCosts = Readonly<Record<InstructionClass | MachineEvent, number>>;

/**
 * Cortex-M4 Technical Reference Manual (Arm DDI 0439), table 3-1: "Cortex-M4 instruction set summary", and the
 * floating-point table 7-1. Own choices where it gives a range: a division (2 to 12) costs 7; a taken branch refills the
 * pipeline in P = 2 of its 1 to 3 cycles; every load costs 2, though one that follows another can overlap it.
 */
const CORTEX_M4: CycleCosts = {
  alu: 1,
  dsp: 1,
  multiply: 1,
  multiplyAccumulate: 1,
  multiplyLong: 1,
  divide: 7,
  load: 2,
  loadMultiple: 1,
  store: 1,
  storeMultiple: 1,
  branch: 1,
  branchIndirect: 1,
  it: 1,
  floatAlu: 1,
  floatMultiply: 1,
  floatMac: 3,
  floatDivide: 14,
  floatMove: 1,
  system: 1,
  loadWords: 1,
  storeWords: 1,
  branchesTaken: 2,
  predicated: 0,
};

/**
 * Arm publishes no cycle table of the Cortex-M7. It issues two instructions a cycle; LLVM's `ARMScheduleM7.td` and GCC's
 * `cortex-m7.md` describe two loads, but one store, one branch and one multiplication a cycle. Own choices: what
 * either slot takes costs 0.65 (half a cycle when always paired, one when never), a multiplication 0.85, as its
 * operands often wait for a load; branches are predicted; a division (7 in LLVM's model) and a floating-point one block.
 */
const CORTEX_M7: CycleCosts = {
  alu: 0.65,
  dsp: 0.65,
  multiply: 0.85,
  multiplyAccumulate: 0.85,
  multiplyLong: 0.85,
  divide: 7,
  load: 0.65,
  loadMultiple: 0.5,
  store: 1,
  storeMultiple: 0.5,
  branch: 1,
  branchIndirect: 2,
  it: 0.65,
  floatAlu: 1,
  floatMultiply: 1,
  floatMac: 1,
  floatDivide: 14,
  floatMove: 1,
  system: 1,
  loadWords: 0.5,
  storeWords: 0.5,
  branchesTaken: 0,
  predicated: 0,
};

export const CYCLE_COSTS: Readonly<Record<Core, CycleCosts>> = {
  'cortex-m4': CORTEX_M4,
  'cortex-m7': CORTEX_M7,
};

/** An estimate in cycles, rounded; zero-wait-state memory is assumed. */
export function estimateCycles(counts: Counts, costs: CycleCosts): number {
  const cycles = [...INSTRUCTION_CLASSES, ...EVENTS].reduce(
    (sum, name) => sum + counts[name] * costs[name],
    0,
  );
  return Math.round(cycles);
}
