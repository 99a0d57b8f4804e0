/** @file The form of a saved quantised network, with limits, so that a damaged or hostile file is refused early. */
import { loadTensor, TinyFormerError, type SavedTensor, type TensorData } from '@tinyformer/core';
import { z } from 'zod';
import { MAX_ELEMENTS } from '../ir/graph.js';
import type { QuantizedAttention, QuantizedNetwork } from './quantized-network.js';

const MAX_LAYERS = 4096;
const MAX_EXTENT = 65536;
const MAX_CLASSES = 65536;
const MAX_HEADS = 65536;
const MAX_TEXT = 64;

const extent = z.number().int().min(1).max(MAX_EXTENT);
const shape = z
  .array(extent)
  .min(1)
  .max(4)
  .refine((extents) => extents.reduce((product, value) => product * value, 1) <= MAX_ELEMENTS, {
    message: `has more than ${MAX_ELEMENTS} elements`,
  });
const count = z.number().int().min(0).max(MAX_EXTENT);
const scale = z.number().positive().finite();
const quant = z.strictObject({ scale, zeroPoint: z.number().int().min(-128).max(127) });
const tensor = z.strictObject({ shape: z.tuple([extent, extent, extent]), quant });
const scales = z.array(scale).min(1).max(MAX_EXTENT);
const blockShape = z.strictObject({
  blockRows: z.number().int().min(1).max(64),
  blockColumns: z.number().int().min(1).max(64),
});

function saved<D extends 'int8' | 'int16' | 'int32'>(dtype: D) {
  return z
    .strictObject({ dtype: z.literal(dtype), shape, base64: z.base64() })
    .transform((value): TensorData<D> => loadTensor(value as SavedTensor & { readonly dtype: D }));
}

/** Names are checked in full by `checkNetwork`; the limit here keeps messages short. */
const name = z.string().min(1).max(MAX_TEXT);
const base = { name, inputs: z.array(name).min(1).max(3), output: tensor };
const weighted = { weights: saved('int8'), weightScales: scales, bias: saved('int32') };
const window = {
  kernel: z.number().int().min(1).max(15),
  stride: z.union([z.literal(1), z.literal(2)]),
};
const windowed = {
  ...window,
  activation: z.enum(['none', 'relu6']),
};
const sparsity = blockShape.nullable();

/** Files of before attention was fused also say how its scores were quantised, which nothing needs any more. */
const attention = z
  .strictObject({
    ...base,
    op: z.literal('attention'),
    heads: extent,
    mask: z.strictObject({ before: count, after: count, valid: extent }).partial().optional(),
    prunedHeads: z.array(count).max(MAX_HEADS).optional(),
    scores: quant.optional(),
  })
  .transform((layer): QuantizedAttention => {
    const kept = { ...layer };
    delete kept.scores;
    return kept as QuantizedAttention;
  });

const layer = z.discriminatedUnion('op', [
  z.strictObject({ ...base, ...weighted, ...windowed, op: z.literal('convolution'), sparsity }),
  z.strictObject({ ...base, ...weighted, ...windowed, op: z.literal('depthwise') }),
  z.strictObject({ ...base, ...weighted, op: z.literal('linear'), sparsity }),
  z.strictObject({
    ...base,
    op: z.literal('layerNorm'),
    gamma: saved('int16'),
    gammaScale: scale,
    beta: saved('int32'),
  }),
  attention,
  z.strictObject({ ...base, op: z.literal('gelu') }),
  z.strictObject({ ...base, op: z.literal('add') }),
  z.strictObject({ ...base, ...window, op: z.literal('averagePool') }),
  z.strictObject({ ...base, op: z.literal('globalAveragePool') }),
]);

const network = z.strictObject({
  kind: z.literal('tinyformer/quantized-network'),
  formatVersion: z.literal(1),
  toolVersion: z.string().max(MAX_TEXT),
  seed: z.number().int(),
  name,
  input: tensor,
  layers: z.array(layer).min(1).max(MAX_LAYERS),
  classes: z.array(z.string().max(MAX_TEXT)).min(1).max(MAX_CLASSES),
});

/** @throws E_ARTEFACT with the place and the reason of the first thing that is wrong. */
export function readNetwork(artefact: unknown): QuantizedNetwork {
  const result = network.safeParse(artefact, { reportInput: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const place = issue.path.map(String).join('.') || 'the top';
  throw new TinyFormerError(
    'E_ARTEFACT',
    `a quantised network is wrong at ${place}: ${issue.message}${found(issue.input)}`,
    {
      hint: 'the file was edited, truncated or made by something else; make it again',
      details: { path: issue.path },
      cause: result.error,
    },
  );
}

/** The value itself where it is one that a line can show. */
function found(value: unknown): string {
  return typeof value === 'number' || (typeof value === 'string' && value.length <= MAX_TEXT)
    ? `, found ${JSON.stringify(value)}`
    : '';
}
