/**
 * @file An unfinished fine-tuning as text: the path's weights, the position of its training and the last round of pruning.
 * Masks need no place of their own: pruning the weights again for the same round finds the dropped blocks without energy.
 */
import { parseArtefact, TinyFormerError, TOOL_VERSION } from '@tinyformer/core';
import {
  loadTraining,
  saveTraining,
  type LoadedTraining,
  type TrainableNetwork,
  type TrainingState,
} from '@tinyformer/supernas';
import { z } from 'zod';

const KIND = 'tinyformer/fine-tuning';
const FORMAT_VERSION = 1;

/** What decides the result of a fine-tuning; plain data. */
export interface FineTuneWork {
  readonly seed: number;
  /** A digest of the network that it starts from. */
  readonly start: string;
  readonly settings: object;
}

/** JSON; the same position gives the same text. */
export function saveCheckpoint(
  { variables }: TrainableNetwork,
  position: { readonly work: FineTuneWork; readonly round: number; readonly training: TrainingState },
): string {
  const { work, round, training } = position;
  return `${JSON.stringify({
    kind: KIND,
    formatVersion: FORMAT_VERSION,
    toolVersion: TOOL_VERSION,
    ...work,
    round,
    ...saveTraining(variables, training),
  })}\n`;
}

const schema = z.strictObject({
  kind: z.literal(KIND),
  formatVersion: z.literal(FORMAT_VERSION),
  toolVersion: z.string().max(100),
  seed: z.int(),
  start: z.string(),
  settings: z.looseObject({}),
  round: z.int().min(0),
  weights: z.unknown(),
  training: z.looseObject({}),
});

export interface FineTuneCheckpoint extends Required<LoadedTraining> {
  readonly round: number;
}

/** @throws E_ARTEFACT, E_FORMAT_VERSION when the text is no whole checkpoint, E_RESUME when it is of other work. */
export function parseCheckpoint(text: string, work: FineTuneWork): FineTuneCheckpoint {
  const parsed = schema.safeParse(parseArtefact(text, { kind: KIND, formatVersion: FORMAT_VERSION }));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new TinyFormerError(
      'E_ARTEFACT',
      `a ${KIND} is damaged at ${issue.path.join('.')}: ${issue.message}`,
      {
        hint: 'the file is truncated or was edited; fine-tune again without it',
        cause: parsed.error,
      },
    );
  }
  const { seed, start, settings, round, weights, training } = parsed.data;
  checkWork({ seed, start, settings }, work);
  const loaded = loadTraining({ weights, training }, { kind: KIND });
  return { values: loaded.values, training: loaded.training!, round };
}

function checkWork(saved: FineTuneWork, wanted: FineTuneWork): void {
  const differing = (['seed', 'start', 'settings'] as const).filter(
    (part) => JSON.stringify(saved[part]) !== JSON.stringify(wanted[part]),
  );
  if (differing.length === 0) return;
  throw new TinyFormerError(
    'E_RESUME',
    `the checkpoint is of another fine-tuning: it differs in ${differing.join(', ')}`,
    {
      hint: 'resume with the same network, pattern, seed and options, or start without a checkpoint',
      details: { saved, wanted },
    },
  );
}
