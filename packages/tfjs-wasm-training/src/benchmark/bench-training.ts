/**
 * @file Images per second of training networks A and B on every engine, beside PyTorch. All take turns, round after
 * round, so that what else the machine does meets them alike; figures are medians over the rounds.
 */

import type { EngineName, EngineOptions } from '../index.js';
import { createContestant } from './contestant.js';
import type { Clock, Contestant } from './contestant.js';
import { NETWORKS, multiplyAccumulates } from './networks.js';
import type { NetworkName } from './networks.js';
import type { MemoryFormat, Torch } from './torch.js';

export interface TrainingBenchOptions {
  readonly networks: readonly NetworkName[];
  readonly engines: readonly EngineOptions[];
  readonly batches: readonly number[];
  /** PyTorch, if it takes part; it uses as many threads as the engine that it is compared with. */
  readonly torch?: Torch;
  /** Default 3. */
  readonly rounds?: number;
  /** Of a measurement in a round; default 1. */
  readonly seconds?: number;
  /** Default `wall`. `processor` is for one thread: threads would be added up. */
  readonly clock?: Clock;
  readonly onProgress?: (progress: { readonly share: number; readonly note: string }) => void;
}

export interface TorchFigure {
  readonly version: string;
  readonly threads: number;
  /** The faster of both. */
  readonly memoryFormat: MemoryFormat;
  readonly imagesPerSecond: number;
}

export interface TrainingBenchRow {
  readonly network: NetworkName;
  readonly engine: EngineName;
  /** The instruction set of `native`. */
  readonly variant?: string;
  readonly batch: number;
  readonly threads: number;
  readonly imagesPerSecond: number;
  readonly stepMs: number;
  /** Of the multiply-accumulates of a step: two operations each, forward and two gradients. */
  readonly gflops: number;
  readonly ratioToTorch?: number;
  readonly torch?: TorchFigure;
}

/** One competition: all engines on one network and batch. */
export async function benchTraining(options: TrainingBenchOptions): Promise<TrainingBenchRow[]> {
  const { networks, batches, onProgress = () => undefined } = options;
  const rows: TrainingBenchRow[] = [];
  const competitions = networks.flatMap((network) => batches.map((batch) => ({ network, batch })));
  for (const [i, competition] of competitions.entries()) {
    const note = (text: string, share: number) =>
      onProgress({ share: (i + share) / competitions.length, note: `${competition.network}, ${text}` });
    rows.push(...(await compete(competition, options, note)));
  }
  return rows;
}

interface Competition {
  readonly network: NetworkName;
  readonly batch: number;
}

interface Turn {
  readonly title: string;
  readonly rates: number[];
  take(): Promise<number>;
}

async function compete(
  competition: Competition,
  options: TrainingBenchOptions,
  note: (text: string, share: number) => void,
): Promise<TrainingBenchRow[]> {
  const { engines, rounds = 3, seconds = 1, clock = 'wall', torch } = options;
  const contestants: Contestant[] = [];
  for (const engine of engines) contestants.push(await createContestant({ ...competition, engine }));
  const ours = contestants.map(({ engine, rate }): Turn => {
    return { title: engine.name, rates: [], take: () => rate({ seconds, clock }) };
  });
  const theirs = torch === undefined ? [] : torchTurns(torch, competition, { contestants, seconds, clock });
  const turns: readonly Turn[] = [...ours, ...theirs];
  for (let round = 0; round < rounds; round++) {
    for (const [i, turn] of turns.entries()) {
      note(turn.title, (round * turns.length + i) / (rounds * turns.length));
      turn.rates.push(await turn.take());
    }
  }
  for (const contestant of contestants) await contestant.dispose();
  return contestants.map(({ engine }, i) => {
    const rate = median(ours[i]!.rates);
    const { name, threads, variant } = engine;
    return {
      ...{ network: competition.network, engine: name, ...(variant && { variant }) },
      ...{ batch: competition.batch, threads, imagesPerSecond: rate },
      stepMs: (1000 * competition.batch) / rate,
      gflops: (6 * multiplyAccumulates(NETWORKS[competition.network]) * rate) / 1e9,
      ...(torch &&
        comparison(
          rate,
          torch.version,
          theirs.filter((turn) => turn.threads === threads),
        )),
    };
  });
}

interface TorchTurn extends Turn {
  readonly threads: number;
  readonly memoryFormat: MemoryFormat;
}

function torchTurns(
  torch: Torch,
  { network, batch }: Competition,
  options: { readonly contestants: readonly Contestant[]; readonly seconds: number; readonly clock: Clock },
): TorchTurn[] {
  const { seconds, clock } = options;
  const counts = [...new Set(options.contestants.map(({ engine }) => engine.threads))];
  return counts.flatMap((threads) =>
    (['channels_last', 'contiguous'] as const).map((memoryFormat) => {
      const request = { network, batch, threads, memoryFormat, seconds, clock };
      return {
        title: `torch ${memoryFormat}`,
        rates: [],
        threads,
        memoryFormat,
        take: () => torch.rate(request),
      };
    }),
  );
}

function comparison(rate: number, version: string, turns: readonly TorchTurn[]) {
  const [best] = turns
    .map(({ threads, memoryFormat, rates }) => ({
      version,
      threads,
      memoryFormat,
      imagesPerSecond: median(rates),
    }))
    .sort((a, b) => b.imagesPerSecond - a.imagesPerSecond);
  return best === undefined ? {} : { ratioToTorch: rate / best.imagesPerSecond, torch: best };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
