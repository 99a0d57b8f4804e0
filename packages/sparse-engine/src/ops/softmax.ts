/**
 * @file Softmax over the last axis by a table of exp and one division a row. Because probabilities need only eight bits,
 * the distance to the row's maximum indexes the table directly.
 */
import { type QuantParams } from '@tinyformer/core';
import { channelCount, positionCount } from '../ir/graph.js';
import { defineOp } from './op-definition.js';

/** Every softmax gives probabilities p = (y + 128) / 256. */
export const PROBABILITY: QuantParams = { scale: 1 / 256, zeroPoint: -128 };

const TABLE_SIZE = 256;
const MAX_COLUMNS = 65536;

/** T[d] = round(65535 exp(-d scale)) */
function exponentials(scale: number): Uint16Array {
  return Uint16Array.from({ length: TABLE_SIZE }, (_, d) => Math.round(65535 * Math.exp(-d * scale)));
}

export const softmax = defineOp({
  name: 'softmax',
  inputCount: 1,
  inPlaceInputs: [0],
  inferShape: ({ inputs }) => inputs[0]!.shape,
  findFault: ({ inputs, output }) => {
    const isProbability =
      output.quant.scale === PROBABILITY.scale && output.quant.zeroPoint === PROBABILITY.zeroPoint;
    if (!isProbability) return 'its output must have the scale 1/256 and the zero point -128';
    const columns = channelCount(inputs[0]!.shape);
    return columns > MAX_COLUMNS ? `its rows have ${columns} entries, the kernel takes ${MAX_COLUMNS}` : null;
  },
  kernel: () => 'tfr_softmax_s8',
  geometry: ({ inputs }) => ({
    rows: positionCount(inputs[0]!.shape),
    columns: channelCount(inputs[0]!.shape),
  }),
  constants: ({ inputs }) => ({ table: exponentials(inputs[0]!.quant.scale) }),
  constantBytes: () => 2 * TABLE_SIZE,

  reference: (site, { inputs, output }) => {
    const [x] = inputs as [Int8Array];
    const columns = channelCount(site.inputs[0]!.shape);
    const table = exponentials(site.inputs[0]!.quant.scale);
    for (let first = 0; first < x.length; first += columns) {
      const row = x.subarray(first, first + columns);
      const max = row.reduce((a, b) => Math.max(a, b));
      const sum = row.reduce((total, value) => total + table[max - value]!, 0);
      const reciprocal = Math.floor(2 ** 31 / sum);
      for (let j = 0; j < columns; j++) {
        // The product is at most 65535 * 2^31 / 65535, so the sum fits 32 bits unsigned.
        const p = (table[max - row[j]!]! * reciprocal + 2 ** 22) >>> 23;
        output[first + j] = Math.min(255, p) - 128;
      }
    }
  },
});
