/**
 * @file A search space: for every decision of an architecture the list of its choices. Channels, widths, strides and depth are
 * decided a stage; kernel, expansion, heads and MLP ratio a block. Choices are independent, so that a path's parts can be
 * exchanged freely.
 */
import { TinyFormerError, type ImageShape } from '@tinyformer/core';
import { z } from 'zod';

export interface StemSpace {
  readonly channels: readonly number[];
  readonly kernel: readonly (3 | 5)[];
  readonly stride: readonly (1 | 2)[];
}

export interface ConvolutionStageSpace {
  readonly kind: 'convolution';
  readonly channels: readonly number[];
  readonly stride: readonly (1 | 2)[];
  /** Numbers of blocks. */
  readonly depth: readonly number[];
  readonly kernel: readonly (3 | 5)[];
  readonly expansion: readonly number[];
}

export interface TransformerStageSpace {
  readonly kind: 'transformer';
  readonly width: readonly number[];
  readonly stride: readonly (1 | 2)[];
  /** Numbers of blocks. */
  readonly depth: readonly number[];
  /** Each must divide every width. */
  readonly heads: readonly number[];
  readonly mlpRatio: readonly number[];
}

export type StageSpace = ConvolutionStageSpace | TransformerStageSpace;

export interface SearchSpace {
  readonly name: string;
  readonly input: ImageShape;
  readonly classes: number;
  readonly stem: StemSpace;
  readonly stages: readonly StageSpace[];
}

const size = z.int().min(1).max(4096);
const choices = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .min(1)
    .max(64)
    .refine((list) => new Set(list).size === list.length, 'a choice is listed twice');
const channels = choices(size.multipleOf(4, 'block sparsity wants a multiple of 4'));
const kernel = choices(z.union([z.literal(3), z.literal(5)]));
const stride = choices(z.union([z.literal(1), z.literal(2)]));
const depth = choices(z.int().min(1).max(32));
const factor = choices(z.int().min(1).max(16));

const convolutionStage = z.strictObject({
  kind: z.literal('convolution'),
  channels,
  stride,
  depth,
  kernel,
  expansion: factor,
});
const transformerStage = z
  .strictObject({
    kind: z.literal('transformer'),
    width: channels,
    stride,
    depth,
    heads: choices(z.int().min(1).max(64)),
    mlpRatio: factor,
  })
  .refine(
    ({ width, heads }) => width.every((extent) => heads.every((count) => extent % count === 0)),
    'every number of heads must divide every width',
  );

const searchSpace = z.strictObject({
  name: z.string().min(1).max(100),
  input: z.strictObject({ height: size, width: size, channels: size }),
  classes: z.int().min(2).max(255),
  stem: z.strictObject({ channels, kernel, stride }),
  stages: z
    .array(z.discriminatedUnion('kind', [convolutionStage, transformerStage]))
    .min(1)
    .max(16),
});

/**
 * Checks that a value (from JSON, for example) is a consistent search space.
 * @throws E_SPACE naming the first field that is wrong.
 */
export function parseSearchSpace(value: unknown): SearchSpace {
  const parsed = searchSpace.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const place = issue.path.join('.') || 'the search space';
  throw new TinyFormerError('E_SPACE', `${place}: ${issue.message}, found ${shorten(issue.input)}`, {
    hint: 'give every decision a non-empty list of distinct choices; channels and widths are multiples of 4',
    details: { path: issue.path },
    cause: parsed.error,
  });
}

const LONGEST_VALUE = 80;

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}...`;
}
