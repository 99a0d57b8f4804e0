/** @file What the bench reports of a layer: the rows of its JSON. */
import type { PeerCore } from '../baseline/peer-library.js';
import type { Cost } from '../workload/run-programs.js';
import type { WayKind } from './own-programs.js';

/** The faster way of CMSIS-NN to compute the same layer. */
export interface BaselineCost extends Cost {
  /** Its public functions, joined by ` + `. */
  readonly kernel: string;
  /** `measured`: in this run, with the user's library; `recorded`: figures that ship with the package. */
  readonly source: 'measured' | 'recorded';
}

/** What depends on the rounding mode of both sides. */
export interface RoundedFigures extends Cost {
  /** Null where nobody measured CMSIS-NN on this layer. */
  readonly baseline: BaselineCost | null;
  /** Cycles of the baseline by ours; on the M7 the lower of the two write-back variants. */
  readonly speedup: number | null;
  readonly instructionRatio: number | null;
  /** Whether the result equals the TypeScript reference, bit for bit. */
  readonly exact: boolean;
  /** Whether CMSIS-NN's result does too; null where it was not run or computes another function. */
  readonly baselineExact: boolean | null;
}

/** In steps of the int8 output. */
export interface FloatDifference {
  readonly largest: number;
  readonly mean: number;
}

/** In single rounding, but for `doubleRounding`. */
export interface BenchRow extends RoundedFigures {
  readonly name: string;
  /** `run-time`: weights are data, shapes may be compiled in; `best`: anything, generated code included. */
  readonly variant: 'run-time' | 'best';
  readonly core: PeerCore;
  readonly op: string;
  readonly shape: string;
  /** The share of the weights that are zero; 0 for ops without weights. */
  readonly sparsity: number;
  /** `dense`, `panel 2x4`, ...; `none` for ops without weights. */
  readonly encoding: string;
  readonly macs: number;
  readonly nonZeroMacs: number;
  /** Machine code that the call needs, with all that it calls. */
  readonly codeBytes: number;
  /** Encoded weights, biases, factors, tables. */
  readonly dataBytes: number;
  readonly stackBytes: number;
  readonly scratchBytes: number;
  /** From the rounded result in floating point, of ops whose integer definition approximates it; else null. */
  readonly floatDifference: FloatDifference | null;
  /** How it ran: `general`, `specialised` for its shape, or `generated` from its weights. */
  readonly way: WayKind;
  /** The same layer, both sides in TFLite's double rounding; null where that was not measured. */
  readonly doubleRounding: RoundedFigures | null;
}
