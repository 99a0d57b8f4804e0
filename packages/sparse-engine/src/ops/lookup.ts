/** @file Any function int8 -> int8 as a table: y = table[x + 128]. */
import { elementCount, type TensorData } from '@tinyformer/core';
import type { Attributes } from '../ir/graph.js';
import { defineOp } from './op-definition.js';

export interface LookupAttributes extends Attributes {
  /** What the table computes, for readers. */
  readonly function: string;
  /** [256] */
  readonly table: TensorData<'int8'>;
}

const TABLE_SIZE = 256;

export const lookup = defineOp<LookupAttributes>({
  name: 'lookup',
  inputCount: 1,
  inPlaceInputs: [0],
  inferShape: ({ inputs }) => inputs[0]!.shape,
  findFault: ({ node }) => {
    const { length } = node.attributes.table.data;
    return length === TABLE_SIZE ? null : `its table has ${length} entries, not ${TABLE_SIZE}`;
  },
  isIdentity: ({ node, inputs, output }) =>
    node.attributes.table.data.every((value, index) => value === index - 128) &&
    inputs[0]!.quant.scale === output.quant.scale &&
    inputs[0]!.quant.zeroPoint === output.quant.zeroPoint,
  kernel: () => 'tfr_lookup_s8',
  geometry: ({ inputs }) => ({ size: elementCount(inputs[0]!.shape) }),
  constants: ({ node }) => ({ table: node.attributes.table.data }),
  constantBytes: () => TABLE_SIZE,

  reference: ({ node }, { inputs, output }) => {
    const table = node.attributes.table.data;
    const [x] = inputs as [Int8Array];
    for (let i = 0; i < x.length; i++) output[i] = table[x[i]! + 128]!;
  },
});
