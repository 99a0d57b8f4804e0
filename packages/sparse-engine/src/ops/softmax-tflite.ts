/**
 * @file Softmax over the last axis, equal to TensorFlow Lite's int8 kernel bit for bit: exponentials and the reciprocal are
 * gemmlowp's fixed-point functions. `softmax` is several times faster and closer to the real function.
 */
import { channelCount, positionCount, type Site } from '../ir/graph.js';
import { expOfNegative, highProduct, reciprocalOfOnePlus, roundingShift } from './fixed-point.js';
import { defineOp } from './op-definition.js';
import { PROBABILITY } from './softmax.js';

const TABLE_SIZE = 256;
const MAX_COLUMNS = 4095;
const INTEGER_BITS = 5;
/** Exponentials are summed with twelve integer bits. */
const SUM_INTEGER_BITS = 12;
/** So that the factor below is at least 1. */
const MIN_SCALE = 2 ** -(31 - INTEGER_BITS);

/** exp(-d scale), d = 0..255; 0 where the distance does not fit five integer bits. */
function exponentials(scale: number): Int32Array {
  const factor = Math.min(scale * 2 ** (31 - INTEGER_BITS), 2 ** 31 - 1);
  let shift = Math.floor(Math.log2(factor)) + 1;
  let multiplier = Math.round((factor / 2 ** shift) * 2 ** 31);
  if (multiplier === 2 ** 31) {
    multiplier /= 2;
    shift += 1;
  }
  const farthest = Math.floor(((2 ** INTEGER_BITS - 1) * 2 ** (31 - INTEGER_BITS)) / 2 ** shift);
  return Int32Array.from({ length: TABLE_SIZE }, (_, d) =>
    d > farthest ? 0 : expOfNegative(highProduct(-d * 2 ** shift, multiplier)),
  );
}

const scaleOf = ({ inputs }: Site): number => inputs[0]!.quant.scale;

export const softmaxTflite = defineOp({
  name: 'softmaxTflite',
  inputCount: 1,
  inPlaceInputs: [0],
  inferShape: ({ inputs }) => inputs[0]!.shape,
  findFault: (site) => {
    const { quant } = site.output;
    if (quant.scale !== PROBABILITY.scale || quant.zeroPoint !== PROBABILITY.zeroPoint)
      return 'its output must have the scale 1/256 and the zero point -128';
    if (scaleOf(site) < MIN_SCALE)
      return `its input has the scale ${scaleOf(site)}, at least ${MIN_SCALE} is needed`;
    const columns = channelCount(site.inputs[0]!.shape);
    return columns > MAX_COLUMNS ? `its rows have ${columns} entries, the kernel takes ${MAX_COLUMNS}` : null;
  },
  kernel: () => 'tfr_softmax_tflite_s8',
  geometry: ({ inputs }) => ({
    rows: positionCount(inputs[0]!.shape),
    columns: channelCount(inputs[0]!.shape),
  }),
  constants: (site) => ({ table: exponentials(scaleOf(site)) }),
  constantBytes: () => 4 * TABLE_SIZE,

  reference: (site, { inputs, output }) => {
    const [x] = inputs as [Int8Array];
    const columns = channelCount(site.inputs[0]!.shape);
    const table = exponentials(scaleOf(site));
    for (let first = 0; first < x.length; first += columns) {
      const row = x.subarray(first, first + columns);
      const max = row.reduce((a, b) => Math.max(a, b));
      const sum = row.reduce(
        (total, value) => total + roundingShift(table[max - value]!, SUM_INTEGER_BITS),
        0,
      );
      const headroom = Math.clz32(sum);
      const scale = reciprocalOfOnePlus(sum * 2 ** headroom - 2 ** 31);
      const shift = SUM_INTEGER_BITS - headroom + 31 - 8;
      for (let j = 0; j < columns; j++) {
        const probability = roundingShift(highProduct(scale, table[max - row[j]!]!), shift);
        output[first + j] = Math.min(255, probability) - 128;
      }
    }
  },
});
