/**
 * @file softmax(q k^T / sqrt(head width)) v, head by head, as one op: three [height, width, channels] -> one more. The
 * kernel holds two rows of scores at a time.
 */
import { clamp, INT8_MAX, INT8_MIN, requantize, sameShape } from '@tinyformer/core';
import { channelCount } from '../ir/graph.js';
import {
  arithmeticOf,
  factorFault,
  headWidthOf,
  PRUNABLE_HEADS,
  rowMultiplier,
  scoreBound,
  tableDepth,
  tokensOf,
  type AttentionArithmetic,
  type AttentionAttributes,
  type AttentionSite,
} from './attention-arithmetic.js';
import { defineOp, type ReferenceRun } from './op-definition.js';

const MAX_TOKENS = 32767;
const MAX_HEAD_WIDTH = 4096;

const isPruned = (bits: number, head: number): boolean =>
  head < PRUNABLE_HEADS && ((bits >>> head) & 1) !== 0;

function findFault(site: AttentionSite): string | null {
  const [queries, keys, values] = site.inputs;
  const { heads, before, after, valid, prunedHeads } = site.node.attributes;
  const [tokens, headWidth] = [tokensOf(site), headWidthOf(site)];
  if (!sameShape(queries!.shape, keys!.shape)) return 'queries and keys differ in shape';
  if (!sameShape(keys!.shape, values!.shape)) return 'keys and values differ in shape';
  if (!Number.isInteger(headWidth))
    return `${heads} heads do not divide ${channelCount(queries!.shape)} channels`;
  if (tokens > MAX_TOKENS) return `it has ${tokens} tokens, the kernel takes ${MAX_TOKENS}`;
  if (headWidth > MAX_HEAD_WIDTH)
    return `its heads are ${headWidth} wide, the kernel takes ${MAX_HEAD_WIDTH}`;
  if (valid < 1 || valid > tokens) return `${valid} of its ${tokens} tokens are no padding`;
  if (Math.min(before, after) < 0 || Math.max(before, after) > tokens) {
    return `its window of ${before} tokens before and ${after} behind is outside of [0, ${tokens}]`;
  }
  if (prunedHeads >= 2 ** Math.min(heads, PRUNABLE_HEADS)) return `it prunes more than its ${heads} heads`;
  return factorFault(site);
}

/** Query-key pairs of one head that are computed. */
function pairCount({
  tokens,
  before,
  after,
  valid,
}: AttentionAttributes & { readonly tokens: number }): number {
  let pairs = 0;
  for (let i = 0; i < Math.min(valid, tokens); i++) {
    pairs += Math.min(valid, i + after + 1) - Math.max(0, i - before);
  }
  return pairs;
}

/** Unnormalised probabilities of the keys from `first` on, for one query. */
function probabilities(
  scores: readonly number[],
  { scoreMultiplier, table }: AttentionArithmetic,
): readonly number[] {
  const depth = table.length - 1;
  const rescaled = scores.map((score) => requantize(score, { multiplier: scoreMultiplier, shift: 32 }));
  const largest = rescaled.reduce((a, b) => Math.max(a, b));
  return rescaled.map((x) => table[Math.max(0, depth - (largest - x))]!);
}

interface HeadRow {
  readonly row: number;
  /** First channel of the head. */
  readonly channel: number;
}

function attend(
  site: AttentionSite,
  { inputs, output }: ReferenceRun,
  { row, channel, ...arithmetic }: HeadRow & AttentionArithmetic,
): void {
  const [q, k, v] = inputs as [Int8Array, Int8Array, Int8Array];
  const [zq, , zv] = site.inputs.map(({ quant }) => quant.zeroPoint) as [number, number, number];
  const { before, after, valid } = site.node.attributes;
  const width = channelCount(site.inputs[0]!.shape);
  const first = Math.max(0, row - before);
  const end = Math.min(valid, row + after + 1);
  const scores = Array.from({ length: end - first }, (_, j) => {
    let sum = 0;
    for (let c = channel; c < channel + arithmetic.headWidth; c++) {
      sum += (q[row * width + c]! - zq) * k[(first + j) * width + c]!;
    }
    return sum;
  });
  const p = probabilities(scores, arithmetic);
  const multiplier = rowMultiplier(
    p.reduce((a, b) => a + b),
    arithmetic.value,
  );
  for (let c = channel; c < channel + arithmetic.headWidth; c++) {
    const acc = p.reduce((sum, value, j) => sum + value * (v[(first + j) * width + c]! - zv), 0);
    const y = site.output.quant.zeroPoint + requantize(acc, { multiplier, shift: 32 });
    output[row * width + c] = clamp(y, INT8_MIN, INT8_MAX);
  }
}

export const attention = defineOp<AttentionAttributes>({
  name: 'attention',
  inputCount: 3,
  inferShape: ({ inputs }) => inputs[2]!.shape,
  findFault,
  accumulatorBound: scoreBound,
  macs: (site) => {
    const { heads, prunedHeads } = site.node.attributes;
    const kept = [...Array(heads).keys()].filter((head) => !isPruned(prunedHeads, head)).length;
    const pairs = pairCount({ ...site.node.attributes, tokens: tokensOf(site) });
    return 2 * pairs * headWidthOf(site) * kept;
  },
  kernel: () => 'tfr_attention_s8',
  geometry: (site) => {
    const { heads, before, after, valid, prunedHeads } = site.node.attributes;
    const { tokens, headWidth, scoreMultiplier, table, value } = arithmeticOf(site);
    return {
      ...{
        tokens,
        heads,
        head_width: headWidth,
        valid_tokens: valid,
        window_before: before,
        window_after: after,
      },
      pruned_heads: prunedHeads | 0,
      query_zero_point: site.inputs[0]!.quant.zeroPoint,
      value_zero_point: site.inputs[2]!.quant.zeroPoint,
      output_zero_point: site.output.quant.zeroPoint,
      score_multiplier: scoreMultiplier,
      table_size: table.length,
      value_multiplier: value.multiplier,
      value_shift: value.shift,
    };
  },
  constants: (site) => ({ table: arithmeticOf(site).table }),
  constantBytes: (site) => 2 * (tableDepth(site) + 1),

  reference: (site, run) => {
    const { heads, valid, prunedHeads } = site.node.attributes;
    const arithmetic = arithmeticOf(site);
    run.output.fill(site.output.quant.zeroPoint);
    for (let head = 0; head < heads; head++) {
      if (isPruned(prunedHeads, head)) continue;
      for (let row = 0; row < valid; row++) {
        attend(site, run, { ...arithmetic, row, channel: head * arithmetic.headWidth });
      }
    }
  },
});
