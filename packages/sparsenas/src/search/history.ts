/** @file Everything a search looked at, as plain data that can be saved and resumed from. */
import { parseArtefact, TinyFormerError, TOOL_VERSION, type ArtefactHeader } from '@tinyformer/core';
import { z } from 'zod';
import type { Candidate } from '../evaluate/candidate.js';
import type { Evaluation } from '../evaluate/evaluate-candidate.js';

const KIND = 'tinyformer/sparse-search-history';
const FORMAT_VERSION = 1;
const MAX_ENTRIES = 2 ** 20;

export interface HistoryEntry {
  /** Position in the history. */
  readonly id: number;
  readonly generation: number;
  readonly origin: 'sample' | 'mutation' | 'crossover';
  /** Ids of the candidates that this one was made from. */
  readonly parents: readonly number[];
  readonly candidate: Candidate;
  readonly evaluation: Evaluation;
}

export interface SearchHistory extends ArtefactHeader<typeof KIND> {
  /** What the evaluations depend on; a search resumes only from a history with the same settings. */
  readonly settings: unknown;
  readonly entries: readonly HistoryEntry[];
}

export function searchHistory(contents: Pick<SearchHistory, 'seed' | 'settings' | 'entries'>): SearchHistory {
  const { seed, settings, entries } = contents;
  return {
    kind: KIND,
    formatVersion: FORMAT_VERSION,
    toolVersion: TOOL_VERSION,
    seed,
    settings,
    entries: [...entries],
  };
}

/** JSON, one entry a line; the same history gives the same text. */
export function saveSearchHistory({ entries, ...header }: SearchHistory): string {
  const lines = entries.map((entry) => `\n  ${JSON.stringify(entry)}`);
  return `${JSON.stringify(header).slice(0, -1)},"entries":[${lines.join(',')}\n]}\n`;
}

const figure = z.number().min(0);
const evaluation = z.strictObject({
  feasible: z.boolean(),
  violations: z.array(
    z.strictObject({
      figure: z.enum(['flashBytes', 'sramBytes', 'latencyMs', 'density']),
      value: figure,
      limit: figure,
    }),
  ),
  cost: z.strictObject({
    flashBytes: figure,
    sramBytes: figure,
    macs: figure,
    nonZeroMacs: figure,
    cycles: figure,
    latencyMs: figure,
  }),
  density: z.number().min(0).max(1),
  accuracy: z.number().min(0).max(1).nullable(),
});
const schema = z.object({
  kind: z.literal(KIND),
  formatVersion: z.literal(FORMAT_VERSION),
  toolVersion: z.string().max(100),
  seed: z.int(),
  settings: z.unknown(),
  entries: z
    .array(
      z.strictObject({
        id: z.int().min(0),
        generation: z.int().min(0),
        origin: z.enum(['sample', 'mutation', 'crossover']),
        parents: z.array(z.int().min(0)).max(2),
        candidate: z.strictObject({
          // never interpreted: a resumed search makes its candidates itself and only looks their figures up here
          architecture: z.looseObject({}),
          densities: z.record(z.string(), z.number().positive().max(1)),
        }),
        evaluation,
      }),
    )
    .max(MAX_ENTRIES),
});

/** @throws E_ARTEFACT, E_FORMAT_VERSION when the text is no whole history. */
export function parseSearchHistory(text: string): SearchHistory {
  const parsed = schema.safeParse(parseArtefact(text, { kind: KIND, formatVersion: FORMAT_VERSION }));
  if (parsed.success) return parsed.data as unknown as SearchHistory;
  const issue = parsed.error.issues[0]!;
  throw new TinyFormerError(
    'E_ARTEFACT',
    `a search history is wrong at ${issue.path.join('.')}: ${issue.message}`,
    {
      hint: 'the file is truncated or was edited; search again without it',
      details: { path: issue.path },
      cause: parsed.error,
    },
  );
}
