/**
 * @file What the engine knows about an op. Checker, passes, planner, cost model, interpreter and code generator ask only
 * these questions, so that an op is one file, one C kernel and one line of the table.
 */
import type { BlockShape, Rounding, TypedArray } from '@tinyformer/core';
import type { Encoding, EncodingKind, Matrix } from '../encoding/encoding.js';
import type { Attributes, GraphNode, Site } from '../ir/graph.js';
import type { OpRules } from '../ir/verify-graph.js';

/** Weights that an encoding may compress, seen as a matrix. */
export interface WeightMatrix extends Matrix {
  /** The blocks that the zeros are said to follow. */
  readonly sparsity: BlockShape | null;
}

export interface ReferenceRun {
  /** One an input tensor, row-major. */
  readonly inputs: readonly Int8Array[];
  /** Filled by the reference. */
  readonly output: Int8Array;
  readonly rounding: Rounding;
}

export interface OpDefinition<A extends Attributes = Attributes> extends OpRules<A> {
  readonly name: string;
  /** Multiplications of an activation with a weight or another activation; 0 for everything elementwise. */
  readonly macs: (site: Site<A>) => number;
  /** Inputs whose memory the kernel lets the output take. */
  readonly inPlaceInputs: readonly number[];
  /** Is the output the (first) input, byte for byte and with the same meaning? */
  readonly isIdentity: (site: Site<A>) => boolean;
  /** An equal node of a cheaper op, or null: what to replace of this one. */
  readonly simplify: (site: Site<A>) => Pick<GraphNode, 'op' | 'attributes'> | null;
  /** Encodings that the op's kernels read; empty for ops without weights. */
  readonly encodings: readonly EncodingKind[];
  /** The weights that these encodings hold. */
  readonly weights: (site: Site<A>) => WeightMatrix | null;
  /** Name of the C kernel. */
  readonly kernel: (encoding: Encoding) => string;
  /** The numbers of the kernel's parameter struct: sizes, zero points, factors. Needs no weight's value. */
  readonly geometry: (site: Site<A>, encoding: Encoding) => Readonly<Record<string, number>>;
  /** The arrays of the kernel's parameter struct. */
  readonly constants: (site: Site<A>, encoding: Encoding) => Readonly<Record<string, TypedArray>>;
  /** Bytes of `constants`, without making them. */
  readonly constantBytes: (site: Site<A>, encoding: Encoding) => number;
  /** The plain-loop definition of the result; follows docs/quantization.md literally. */
  readonly reference: (site: Site<A>, run: ReferenceRun) => void;
}

type Defaulted =
  | 'findFault'
  | 'accumulatorBound'
  | 'macs'
  | 'inPlaceInputs'
  | 'isIdentity'
  | 'simplify'
  | 'encodings'
  | 'weights'
  | 'constants'
  | 'constantBytes';
type Definition<A extends Attributes> = Omit<OpDefinition<A>, Defaulted> &
  Partial<Pick<OpDefinition<A>, Defaulted>>;

/**
 * Fills in what most ops leave out: no rules of their own, no MACs, not in place, never an identity, no constants.
 * Nodes carry attributes of any form; each definition is handed only nodes that the frontend or a pass made for its op.
 */
export function defineOp<A extends Attributes>(definition: Definition<A>): OpDefinition {
  const whole: OpDefinition<A> = {
    findFault: () => null,
    accumulatorBound: () => 0,
    macs: () => 0,
    inPlaceInputs: [],
    isIdentity: () => false,
    simplify: () => null,
    encodings: [],
    weights: () => null,
    constants: () => ({}),
    constantBytes: () => 0,
    ...definition,
  };
  return whole as unknown as OpDefinition;
}
