/** @file The JSON form of an architecture, with limits; what an artefact holds must pass before anything is built from it. */
import { z } from 'zod';

const extent = z.int().min(1).max(4096);
const kernel = z.union([z.literal(3), z.literal(5)]);
const stride = z.union([z.literal(1), z.literal(2)]);
const blocks = <T extends z.ZodType>(block: T) => z.array(block).max(32);

const convolutionStage = z.strictObject({
  kind: z.literal('convolution'),
  channels: extent,
  stride,
  blocks: blocks(z.strictObject({ kernel, expansion: z.int().min(1).max(16) })),
});

const transformerStage = z.strictObject({
  kind: z.literal('transformer'),
  width: extent,
  stride,
  blocks: blocks(z.strictObject({ heads: z.int().min(1).max(64), mlpRatio: z.int().min(1).max(16) })),
});

export const architectureSchema = z.strictObject({
  input: z.strictObject({ height: extent, width: extent, channels: extent }),
  classes: z.int().min(2).max(255),
  stem: z.strictObject({ channels: extent, kernel, stride }),
  stages: z.array(z.discriminatedUnion('kind', [convolutionStage, transformerStage])).max(16),
});
