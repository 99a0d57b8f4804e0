/** @file A supernet on disk: its space, its weights and, if it is still in training, the position of the training. */
import { parseArtefact, TOOL_VERSION } from '@tinyformer/core';
import { z } from 'zod';
import { checkedPart } from '../network/artefact-parts.js';
import { parseSearchSpace } from '../space/search-space.js';
import { Supernet } from './supernet.js';
import { loadTraining, saveTraining, type TrainingState } from './training-state.js';

const KIND = 'tinyformer/supernet';
const FORMAT_VERSION = 1;

/** JSON; the same weights and position give the same text. */
export function saveSupernet(supernet: Supernet, training?: TrainingState): string {
  const { space, seed, variables } = supernet;
  return `${JSON.stringify({
    kind: KIND,
    formatVersion: FORMAT_VERSION,
    toolVersion: TOOL_VERSION,
    seed,
    space,
    ...saveTraining(variables, training),
  })}\n`;
}

const schema = z.strictObject({
  kind: z.literal(KIND),
  formatVersion: z.literal(FORMAT_VERSION),
  toolVersion: z.string().max(100),
  seed: z.int(),
  space: z.unknown(),
  weights: z.unknown(),
  training: z.unknown().optional(),
});

export interface LoadedSupernet {
  readonly supernet: Supernet;
  /** Present when the supernet was saved during training. */
  readonly training?: TrainingState;
}

/** Needs an engine in use. @throws E_ARTEFACT, E_FORMAT_VERSION, E_SPACE when the text is not a whole and consistent supernet. */
export function loadSupernet(text: string): LoadedSupernet {
  const artefact = parseArtefact(text, { kind: KIND, formatVersion: FORMAT_VERSION });
  const { seed, space, weights, training: saved } = checkedPart(artefact, { schema, kind: KIND });
  const { values, training } = loadTraining({ weights, training: saved }, { kind: KIND });
  const supernet = Supernet.restore(parseSearchSpace(space), { seed, values });
  return { supernet, ...(training && { training }) };
}
