/** @file What this package's artefacts share: float32 tensors as JSON, and the error of a damaged text. */
import { TinyFormerError } from '@tinyformer/core';
import { z } from 'zod';

export const savedTensor = z.strictObject({
  dtype: z.literal('float32'),
  shape: z.array(z.int().min(1)).min(1).max(4),
  base64: z.string(),
});

/** The value if it has the schema's shape. @throws E_ARTEFACT naming the kind of artefact and the first wrong place. */
export function checkedPart<T>(
  value: unknown,
  { schema, kind }: { readonly schema: z.ZodType<T>; readonly kind: string },
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw damaged(kind, `${issue.path.join('.')}: ${issue.message}`, { cause: parsed.error });
}

export function damaged(
  kind: string,
  what: string,
  { cause }: { readonly cause?: unknown } = {},
): TinyFormerError {
  return new TinyFormerError('E_ARTEFACT', `a ${kind} is damaged: ${what}`, {
    hint: 'make the artefact again',
    cause,
  });
}

export function mapRecord<T, U>(
  record: Readonly<Record<string, T>>,
  map: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
