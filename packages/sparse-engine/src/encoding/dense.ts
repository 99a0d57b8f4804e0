/** @file Every weight, row after row. */
import { DENSE, type EncodingFormat } from './encoding.js';
import { require } from './stream.js';

export const denseFormat: EncodingFormat<'dense'> = {
  describe: () => 'dense',
  supports: () => true,
  fit: () => DENSE,
  bytes: ({ rows, columns }) => rows * columns,
  storedWeights: ({ rows, columns }) => rows * columns,
  encode: ({ values }) => values,
  decode: (values, { rows, columns }) => {
    require(values.length === rows * columns, 'is no dense matrix of this shape');
    return { rows, columns, values };
  },
};
