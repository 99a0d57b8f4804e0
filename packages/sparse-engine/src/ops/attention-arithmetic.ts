/**
 * @file The numbers of fused attention (docs/quantization.md): which tokens see which, the table of exponentials and the
 * factors. Probabilities stay unnormalised 15-bit integers until the output is rescaled, so they need no rounding to int8.
 */
import { fixedPointFactor, requantize, type FixedPointFactor } from '@tinyformer/core';
import { channelCount, positionCount, type Attributes, type Site } from '../ir/graph.js';
import { largestDifference } from './arithmetic.js';

/** Numbers rather than null where nothing is masked: the token count. */
export interface AttentionAttributes extends Attributes {
  readonly heads: number;
  /** Earlier tokens that a token sees beside itself. */
  readonly before: number;
  /** Later tokens that it sees. */
  readonly after: number;
  /** Tokens from this one on are padding: they see nothing and are not seen. */
  readonly valid: number;
  /** Bit h, unsigned: head h is not computed and gives the real value 0. */
  readonly prunedHeads: number;
}
export type AttentionSite = Site<AttentionAttributes>;

/** Bits of the kernel's pruned_heads. */
export const PRUNABLE_HEADS = 32;

/** Table entries a factor of e, unless scores need a wider range. */
const RESOLUTION = 128;
const LARGEST_PROBABILITY = 2 ** 15 - 1;
const INT32_MAX = 2 ** 31 - 1;
/** What a row of tokens that are too unlikely to be kept may have together, against its likeliest token. */
const DROPPED = 1 / 32;

export interface AttentionArithmetic {
  readonly tokens: number;
  readonly headWidth: number;
  /** Of a sum of q k products, in table entries times 2^32. */
  readonly scoreMultiplier: number;
  /** T[0] = 0; T[N] belongs to a row's largest score, each entry before it to a score one step lower. */
  readonly table: Uint16Array;
  /** Value scale over output scale. */
  readonly value: FixedPointFactor;
}

export const tokensOf = ({ inputs }: AttentionSite): number => positionCount(inputs[0]!.shape);
export const headWidthOf = ({ node, inputs }: AttentionSite): number =>
  channelCount(inputs[0]!.shape) / node.attributes.heads;

/** The largest |sum of q k|: keys keep their zero point, which moves all scores of a row alike. */
export const scoreBound = (site: AttentionSite): number =>
  headWidthOf(site) * largestDifference(site.inputs[0]!.quant) * 128;

/** The most tokens that any token sees. */
function longestRow({ node }: AttentionSite): number {
  const { before, after, valid } = node.attributes;
  return Math.min(valid, before + 1 + after);
}

/** Of a row's likeliest token, such that the sum of p (v - zv), at most 256 p a token, fits 31 bits. */
const peakOf = (row: number): number => Math.min(LARGEST_PROBABILITY, Math.floor(INT32_MAX / (256 * row)));

/** N: the distance in table entries at which a probability counts as 0. */
export function tableDepth(site: AttentionSite): number {
  const row = longestRow(site);
  return Math.floor(RESOLUTION * Math.log(Math.min(row / DROPPED, 2 * peakOf(row))));
}

/** The first of 1/128, 1/64, ... that lets every score, moved by 2^15, be a uint16 not below N. */
function stepOf(site: AttentionSite, logit: number): number {
  const room = Math.min(
    INT32_MAX,
    ((LARGEST_PROBABILITY - tableDepth(site) - 1) * 2 ** 32) / scoreBound(site),
  );
  let step = 1 / RESOLUTION;
  while ((2 ** 32 * logit) / step > room) step *= 2;
  return step;
}

export function arithmeticOf(site: AttentionSite): AttentionArithmetic {
  const [q, k, v] = site.inputs.map(({ quant }) => quant.scale) as [number, number, number];
  const headWidth = headWidthOf(site);
  const logit = (q * k) / Math.sqrt(headWidth);
  const step = stepOf(site, logit);
  const depth = tableDepth(site);
  const peak = peakOf(longestRow(site));
  return {
    tokens: tokensOf(site),
    headWidth,
    scoreMultiplier: Math.round((2 ** 32 * logit) / step),
    table: Uint16Array.from({ length: depth + 1 }, (_, i) =>
      i === 0 ? 0 : Math.round(peak * Math.exp((i - depth) * step)),
    ),
    value: fixedPointFactor(v / site.output.quant.scale),
  };
}

/** M = 2^32 value / sum, from a 16-bit reciprocal; single rounding in every build. */
export function rowMultiplier(sum: number, { multiplier, shift }: FixedPointFactor): number {
  const excess = Math.max(0, 16 - Math.clz32(sum));
  const reciprocal = Math.floor((2 ** 32 - 1) / (sum >>> excess));
  return requantize(reciprocal, { multiplier, shift: shift + excess });
}

/** What the kernel's factors cannot hold, in words, or null. */
export function factorFault(site: AttentionSite): string | null {
  const ratio = site.inputs[2]!.quant.scale / site.output.quant.scale;
  const most = peakOf(longestRow(site)) / 4;
  return ratio >= 2 ** -24 && ratio <= most
    ? null
    : `its values have ${ratio} times the scale of its output, the kernel takes up to ${most}`;
}
