/** @file Probabilities times values, head by head: [heads, tokens, tokens] and [height, width, channels] -> the latter. */
import { clamp, INT8_MAX, INT8_MIN, requantize } from '@tinyformer/core';
import { channelCount, positionCount, type Site } from '../ir/graph.js';
import { largestDifference, rescaling } from './arithmetic.js';
import { defineOp } from './op-definition.js';
import { PROBABILITY } from './softmax.js';

/** So that the kernel's int32 sum cannot overflow. */
const MAX_TOKENS = 32767;

const headsOf = ({ inputs }: Site) => inputs[0]!.shape[0]!;
const tokensOf = ({ inputs }: Site) => positionCount(inputs[1]!.shape);
const widthOf = ({ inputs }: Site) => channelCount(inputs[1]!.shape);

function factorOf(site: Site) {
  return rescaling(site, site.inputs[1]!.quant.scale / (256 * site.output.quant.scale));
}

export const attentionValues = defineOp({
  name: 'attentionValues',
  inputCount: 2,
  inferShape: ({ inputs }) => inputs[1]!.shape,
  findFault: (site) => {
    const [probabilities] = site.inputs;
    const tokens = tokensOf(site);
    if (probabilities!.shape.join() !== [headsOf(site), tokens, tokens].join()) {
      return `its probabilities have the shape [${probabilities!.shape.join(', ')}]`;
    }
    if (probabilities!.quant.zeroPoint !== PROBABILITY.zeroPoint)
      return 'its first input is no softmax output';
    if (widthOf(site) % headsOf(site) !== 0) return `${headsOf(site)} heads do not divide ${widthOf(site)}`;
    return tokens > MAX_TOKENS ? `it has ${tokens} tokens, the kernel takes ${MAX_TOKENS}` : null;
  },
  accumulatorBound: (site) => tokensOf(site) * 255 * largestDifference(site.inputs[1]!.quant),
  macs: (site) => tokensOf(site) ** 2 * widthOf(site),
  kernel: () => 'tfr_attention_values_s8',
  geometry: (site) => ({
    tokens: tokensOf(site),
    heads: headsOf(site),
    head_width: widthOf(site) / headsOf(site),
    value_zero_point: site.inputs[1]!.quant.zeroPoint,
    output_zero_point: site.output.quant.zeroPoint,
    ...factorOf(site),
  }),

  reference: (site, { inputs, output, rounding }) => {
    const [probabilities, v] = inputs as [Int8Array, Int8Array];
    const zv = site.inputs[1]!.quant.zeroPoint;
    const zy = site.output.quant.zeroPoint;
    const factor = factorOf(site);
    const tokens = tokensOf(site);
    const width = widthOf(site);
    const headWidth = width / headsOf(site);
    const acc = new Int32Array(headWidth);
    for (let h = 0; h < headsOf(site); h++) {
      for (let i = 0; i < tokens; i++) {
        acc.fill(0);
        for (let j = 0; j < tokens; j++) {
          const p = probabilities[(h * tokens + i) * tokens + j]! + 128;
          const first = j * width + h * headWidth;
          for (let c = 0; c < headWidth; c++) acc[c]! += p * (v[first + c]! - zv);
        }
        for (let c = 0; c < headWidth; c++) {
          const value = zy + requantize(acc[c]!, factor, rounding);
          output[i * width + h * headWidth + c] = clamp(value, INT8_MIN, INT8_MAX);
        }
      }
    }
  },
});
