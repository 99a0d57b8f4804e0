/** @file A training in the middle, as JSON: the weights, the steps done and the optimizer's moments, exact to the bit. */
import { loadTensor, saveTensor, tensorData, type SavedTensor, type Shape } from '@tinyformer/core';
import { z } from 'zod';
import { checkedPart, damaged, mapRecord, savedTensor } from '../network/artefact-parts.js';
import type { NetworkVariables, VariableValue } from '../network/variables.js';

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

const step = z.int().min(0);
const schema = z.strictObject({
  weights: z.record(z.string(), savedTensor),
  training: z
    .strictObject({
      step,
      moments: z.record(z.string(), z.strictObject({ step, first: savedTensor, second: savedTensor })),
    })
    .optional(),
});

/** Plain data for JSON, to be spread into an artefact. */
export interface SavedTraining {
  /** By variable key. */
  readonly weights: Readonly<Record<string, SavedTensor>>;
  /** Of a training that goes on. */
  readonly training?: object;
}

export function saveTraining(variables: NetworkVariables, training?: TrainingState): SavedTraining {
  const weights = variables.all.map(({ key, variable }) => [
    key,
    saveVector(variable.dataSync<'float32'>(), variable.shape),
  ]);
  return {
    weights: Object.fromEntries(weights),
    ...(training && { training: savePosition(training) }),
  };
}

function savePosition({ step, moments }: TrainingState): object {
  const saved = mapRecord(moments, ({ step, first, second }) => ({
    step,
    first: saveVector(first),
    second: saveVector(second),
  }));
  return { step, moments: saved };
}

function saveVector(data: Float32Array, shape: Shape = [data.length]): SavedTensor {
  return saveTensor(tensorData(data, shape));
}

export interface LoadedTraining {
  /** The weights by variable key. */
  readonly values: Readonly<Record<string, VariableValue>>;
  readonly training?: TrainingState;
}

/** What `saveTraining` made, read from an artefact of this kind. @throws E_ARTEFACT when it is not whole and consistent. */
export function loadTraining(
  saved: { readonly weights: unknown; readonly training?: unknown },
  { kind }: { readonly kind: string },
): LoadedTraining {
  const { weights, training } = checkedPart(saved, { schema, kind });
  const values = mapRecord(weights, (tensor): VariableValue => loadTensor<'float32'>(tensor));
  for (const [key, { data }] of Object.entries(values)) {
    if (!data.every(Number.isFinite)) throw damaged(kind, `${key} holds a value that is not finite`);
  }
  if (!training) return { values };
  const moments = mapRecord(training.moments, ({ step, first, second }) => ({
    step,
    first: loadTensor<'float32'>(first).data,
    second: loadTensor<'float32'>(second).data,
  }));
  for (const [key, { first, second }] of Object.entries(moments)) {
    const length = values[key]?.data.length;
    if (first.length !== length || second.length !== length) {
      throw damaged(kind, `the moments of ${key} do not fit its weights`);
    }
  }
  return { values, training: { step: training.step, moments } };
}
