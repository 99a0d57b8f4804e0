/** @file Global average over all positions, [height, width, channels] -> [1, 1, channels]; the scale stays. */
import { clamp, INT8_MAX, INT8_MIN } from '@tinyformer/core';
import { channelCount, positionCount } from '../ir/graph.js';
import { defineOp } from './op-definition.js';

/** So that the kernel's int32 sum cannot overflow. */
const MAX_POSITIONS = 2 ** 23;

export const averagePool = defineOp({
  name: 'averagePool',
  inputCount: 1,
  inferShape: ({ inputs }) => [1, 1, channelCount(inputs[0]!.shape)],
  findFault: ({ inputs, output }) => {
    const [input] = inputs;
    if (positionCount(input!.shape) > MAX_POSITIONS)
      return `it averages more than ${MAX_POSITIONS} positions`;
    const isSame =
      input!.quant.scale === output.quant.scale && input!.quant.zeroPoint === output.quant.zeroPoint;
    return isSame ? null : 'its output must have the scale and zero point of its input';
  },
  isIdentity: ({ inputs }) => positionCount(inputs[0]!.shape) === 1,
  kernel: () => 'tfr_average_pool_s8',
  geometry: ({ inputs }) => ({
    positions: positionCount(inputs[0]!.shape),
    channels: channelCount(inputs[0]!.shape),
    output_min: INT8_MIN,
    output_max: INT8_MAX,
  }),

  reference: (site, { inputs, output }) => {
    const [x] = inputs as [Int8Array];
    const positions = positionCount(site.inputs[0]!.shape);
    const channels = output.length;
    const half = Math.trunc(positions / 2);
    for (let c = 0; c < channels; c++) {
      let acc = 0;
      for (let p = 0; p < positions; p++) acc += x[p * channels + c]!;
      const mean = Math.trunc((acc > 0 ? acc + half : acc - half) / positions);
      output[c] = clamp(mean, INT8_MIN, INT8_MAX);
    }
  },
});
