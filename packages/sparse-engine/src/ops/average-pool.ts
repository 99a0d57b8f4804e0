/**
 * @file Average over a sliding window, or over the whole image; the scale stays. Positions outside of the image are
 * neither summed nor counted.
 */
import { clamp, INT8_MAX, INT8_MIN } from '@tinyformer/core';
import { channelCount, positionCount, type Attributes, type Site } from '../ir/graph.js';
import { defineOp } from './op-definition.js';
import { slideWindow, windowGeometry, windowOf, type Window, type WindowAttributes } from './window.js';

/** So that the kernel's int32 sum cannot overflow. */
const MAX_POSITIONS = 2 ** 23;

/** The fields of the parameter struct that describe windows. */
function geometryOf({ inputs, output }: Site, window: ReturnType<typeof windowGeometry>) {
  const [input_height, input_width, channels] = inputs[0]!.shape as [number, number, number];
  const [output_height, output_width] = output.shape as [number, number, number];
  return {
    ...{ input_height, input_width, channels, output_height, output_width, ...window },
    ...{ output_min: INT8_MIN, output_max: INT8_MAX },
  };
}

function scaleFault({ inputs: [input], output }: Site): string | null {
  const isSame =
    input!.quant.scale === output.quant.scale && input!.quant.zeroPoint === output.quant.zeroPoint;
  return isSame ? null : 'its output must have the scale and zero point of its input';
}

/** sum / count, halves away from zero. */
function roundedMean(sum: number, count: number): number {
  const half = Math.trunc(count / 2);
  return clamp(Math.trunc((sum > 0 ? sum + half : sum - half) / count), INT8_MIN, INT8_MAX);
}

const windowAt = ({ node, inputs }: Site<WindowAttributes>): Window =>
  windowOf(inputs[0]!.shape, node.attributes);

/** [height, width, channels] -> SAME padding: [height / stride, width / stride, channels], rounded up. */
export const averagePool = defineOp<WindowAttributes>({
  name: 'averagePool',
  inputCount: 1,
  inferShape: (site) => {
    const { outputHeight, outputWidth } = windowAt(site);
    return [outputHeight, outputWidth, channelCount(site.inputs[0]!.shape)];
  },
  findFault: scaleFault,
  isIdentity: ({ node }) => node.attributes.kernel === 1 && node.attributes.stride === 1,
  kernel: () => 'tfr_average_pool_s8',
  geometry: (site) => geometryOf(site, windowGeometry(windowAt(site))),

  reference: (site, { inputs, output }) => {
    const [x] = inputs as [Int8Array];
    const channels = channelCount(site.inputs[0]!.shape);
    const sums = new Int32Array(channels);
    let count = 0;
    slideWindow(windowAt(site), {
      begin: () => {
        sums.fill(0);
        count = 0;
      },
      visit: (position) => {
        count += 1;
        for (let c = 0; c < channels; c++) sums[c]! += x[position * channels + c]!;
      },
      end: (position) => {
        for (let c = 0; c < channels; c++) output[position * channels + c] = roundedMean(sums[c]!, count);
      },
    });
  },
});

/** [height, width, channels] -> [1, 1, channels] */
export const globalAveragePool = defineOp<Attributes>({
  name: 'globalAveragePool',
  inputCount: 1,
  inferShape: ({ inputs }) => [1, 1, channelCount(inputs[0]!.shape)],
  findFault: (site) =>
    positionCount(site.inputs[0]!.shape) > MAX_POSITIONS
      ? `it averages more than ${MAX_POSITIONS} positions`
      : scaleFault(site),
  isIdentity: ({ inputs }) => positionCount(inputs[0]!.shape) === 1,
  kernel: () => 'tfr_average_pool_s8',
  geometry: (site) => {
    const [height, width] = site.inputs[0]!.shape as [number, number, number];
    return geometryOf(site, {
      ...{ kernel_height: height, kernel_width: width, stride_height: height, stride_width: width },
      ...{ padding_top: 0, padding_left: 0 },
    });
  },

  reference: (site, { inputs, output }) => {
    const [x] = inputs as [Int8Array];
    const positions = positionCount(site.inputs[0]!.shape);
    const channels = output.length;
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let p = 0; p < positions; p++) sum += x[p * channels + c]!;
      output[c] = roundedMean(sum, positions);
    }
  },
});
