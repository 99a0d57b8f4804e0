/** @file The compiled model: plain data that the interpreter runs, the code generator prints and reports quote. */
import type { Board } from '@tinyformer/core';
import type { KernelParams } from '@tinyformer/mcu-runtime-c';
import type { Encoding } from './encoding/encoding.js';
import type { Graph } from './ir/graph.js';
import type { MemoryPlan } from './memory/plan-memory.js';

/** One call of a C kernel: its name and the fields of its parameter struct. */
export interface KernelCall {
  readonly kernel: string;
  /** The C struct of its parameters. */
  readonly struct: string;
  readonly params: KernelParams;
}

export interface LayerSummary {
  readonly name: string;
  readonly op: string;
  /** `dense`, `block 2x4`, or `none` where there are no weights. */
  readonly encoding: string;
  /** Share of the weights that are not zero; 1 where none may be pruned. */
  readonly density: number;
  readonly macs: number;
  /** MACs with a weight that is not zero. */
  readonly nonZeroMacs: number;
  /** Of the layer's constants as they are encoded. */
  readonly flashBytes: number;
}

export interface CompiledModel {
  readonly graph: Graph;
  /** Names of the output's entries. */
  readonly classes: readonly string[];
  /** Of the network's header. */
  readonly seed: number;
  /** What it was compiled for: it fits there, and its loops fit the board's instruction cache. */
  readonly board: Board | null;
  /** One a node of the graph. */
  readonly calls: readonly KernelCall[];
  readonly encodings: readonly Encoding[];
  readonly plan: MemoryPlan;
  /** All constants: weights, biases, multipliers, tables. Code is extra. */
  readonly flashBytes: number;
  /** The arena: activations, input and output, scratch. Stack is extra. */
  readonly sramBytes: number;
  readonly sramLowerBoundBytes: number;
  readonly layers: readonly LayerSummary[];
}
