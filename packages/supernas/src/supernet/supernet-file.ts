/** @file A supernet on disk: its space, its weights and, if it is still in training, the position of the training. */
import {
  loadTensor,
  parseArtefact,
  saveTensor,
  tensorData,
  TinyFormerError,
  TOOL_VERSION,
  type SavedTensor,
  type Shape,
} from '@tinyformer/core';
import { z } from 'zod';
import type { VariableValue } from '../network/variables.js';
import { parseSearchSpace } from '../space/search-space.js';
import { Supernet } from './supernet.js';

const KIND = 'tinyformer/supernet';
const FORMAT_VERSION = 1;

/** The position of a training: steps done, and the optimizer's moments by variable key. */
export interface TrainingState {
  readonly step: number;
  readonly moments: Readonly<Record<string, Moments>>;
}

interface Moments {
  readonly step: number;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** JSON; the same weights and position give the same text. */
export function saveSupernet(supernet: Supernet, training?: TrainingState): string {
  const { space, seed, variables } = supernet;
  const weights = variables.all.map(({ key, variable }) => [
    key,
    saveVector(variable.dataSync<'float32'>(), variable.shape),
  ]);
  return `${JSON.stringify({
    kind: KIND,
    formatVersion: FORMAT_VERSION,
    toolVersion: TOOL_VERSION,
    seed,
    space,
    weights: Object.fromEntries(weights),
    ...(training && { training: saveTraining(training) }),
  })}\n`;
}

function saveTraining({ step, moments }: TrainingState): object {
  const saved = Object.entries(moments).map(([key, { step, first, second }]) => [
    key,
    { step, first: saveVector(first), second: saveVector(second) },
  ]);
  return { step, moments: Object.fromEntries(saved) };
}

function saveVector(data: Float32Array, shape: Shape = [data.length]): SavedTensor {
  return saveTensor(tensorData(data, shape));
}

const tensor = z.strictObject({
  dtype: z.literal('float32'),
  shape: z.array(z.int().min(1)).min(1).max(4),
  base64: z.string(),
});
const step = z.int().min(0);
const moments = z.strictObject({ step, first: tensor, second: tensor });
const schema = z.strictObject({
  kind: z.literal(KIND),
  formatVersion: z.literal(FORMAT_VERSION),
  toolVersion: z.string().max(100),
  seed: z.int(),
  space: z.unknown(),
  weights: z.record(z.string(), tensor),
  training: z.strictObject({ step, moments: z.record(z.string(), moments) }).optional(),
});

export interface LoadedSupernet {
  readonly supernet: Supernet;
  /** Present when the supernet was saved during training. */
  readonly training?: TrainingState;
}

/** Needs an engine in use. @throws E_ARTEFACT, E_FORMAT_VERSION, E_SPACE when the text is not a whole and consistent supernet. */
export function loadSupernet(text: string): LoadedSupernet {
  const parsed = schema.safeParse(parseArtefact(text, { kind: KIND, formatVersion: FORMAT_VERSION }));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw damaged(`${issue.path.join('.')}: ${issue.message}`);
  }
  const { seed, weights, training } = parsed.data;
  const space = parseSearchSpace(parsed.data.space);
  const values = mapRecord(weights, (saved): VariableValue => loadTensor<'float32'>(saved));
  const supernet = Supernet.restore(space, { seed, values });
  return { supernet, ...(training && { training: loadTraining(training, { values }) }) };
}

function loadTraining(
  training: NonNullable<z.infer<typeof schema>['training']>,
  { values }: { readonly values: Readonly<Record<string, VariableValue>> },
): TrainingState {
  const loaded = mapRecord(training.moments, ({ step, first, second }) => ({
    step,
    first: loadTensor<'float32'>(first).data,
    second: loadTensor<'float32'>(second).data,
  }));
  for (const [key, { first, second }] of Object.entries(loaded)) {
    const length = values[key]?.data.length;
    if (first.length !== length || second.length !== length) {
      throw damaged(`the moments of ${key} do not fit its weights`);
    }
  }
  return { step: training.step, moments: loaded };
}

function damaged(what: string): TinyFormerError {
  return new TinyFormerError('E_ARTEFACT', `a ${KIND} is damaged: ${what}`, {
    hint: 'make the artefact again',
  });
}

function mapRecord<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
