/** @file q k^T / sqrt(head width), head by head: two [height, width, channels] -> [heads, tokens, tokens]. */
import { clamp, INT8_MAX, INT8_MIN, requantize, sameShape } from '@tinyformer/core';
import { channelCount, positionCount, type Attributes, type Site } from '../ir/graph.js';
import { largestDifference, rescaling } from './arithmetic.js';
import { defineOp } from './op-definition.js';

export interface AttentionScoresAttributes extends Attributes {
  readonly heads: number;
}
type ScoresSite = Site<AttentionScoresAttributes>;

const headWidthOf = ({ node, inputs }: ScoresSite) => channelCount(inputs[0]!.shape) / node.attributes.heads;

function factorOf(site: ScoresSite) {
  const [q, k] = site.inputs.map(({ quant }) => quant.scale) as [number, number];
  return rescaling(site, (q * k) / (Math.sqrt(headWidthOf(site)) * site.output.quant.scale));
}

export const attentionScores = defineOp<AttentionScoresAttributes>({
  name: 'attentionScores',
  inputCount: 2,
  inferShape: ({ node, inputs }) => {
    const tokens = positionCount(inputs[0]!.shape);
    return [node.attributes.heads, tokens, tokens];
  },
  findFault: (site) => {
    const [queries, keys] = site.inputs;
    if (!sameShape(queries!.shape, keys!.shape)) return 'queries and keys differ in shape';
    return Number.isInteger(headWidthOf(site))
      ? null
      : `${site.node.attributes.heads} heads do not divide ${channelCount(queries!.shape)} channels`;
  },
  accumulatorBound: (site) =>
    headWidthOf(site) * largestDifference(site.inputs[0]!.quant) * largestDifference(site.inputs[1]!.quant),
  macs: ({ inputs }) => positionCount(inputs[0]!.shape) ** 2 * channelCount(inputs[0]!.shape),
  kernel: () => 'tfr_attention_scores_s8',
  geometry: (site) => ({
    tokens: positionCount(site.inputs[0]!.shape),
    heads: site.node.attributes.heads,
    head_width: headWidthOf(site),
    query_zero_point: site.inputs[0]!.quant.zeroPoint,
    key_zero_point: site.inputs[1]!.quant.zeroPoint,
    output_zero_point: site.output.quant.zeroPoint,
    ...factorOf(site),
  }),

  reference: (site, { inputs, output, rounding }) => {
    const [q, k] = inputs as [Int8Array, Int8Array];
    const zq = site.inputs[0]!.quant.zeroPoint;
    const zk = site.inputs[1]!.quant.zeroPoint;
    const zy = site.output.quant.zeroPoint;
    const factor = factorOf(site);
    const tokens = positionCount(site.inputs[0]!.shape);
    const width = channelCount(site.inputs[0]!.shape);
    const headWidth = headWidthOf(site);
    let at = 0;
    for (let first = 0; first < width; first += headWidth) {
      for (let i = 0; i < tokens; i++) {
        for (let j = 0; j < tokens; j++) {
          let acc = 0;
          for (let c = first; c < first + headWidth; c++) {
            acc = (acc + (q[i * width + c]! - zq) * (k[j * width + c]! - zk)) | 0;
          }
          output[at++] = clamp(zy + requantize(acc, factor, rounding), INT8_MIN, INT8_MAX);
        }
      }
    }
  },
});
