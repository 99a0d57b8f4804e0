/**
 * @file What is happening and how long it still takes: a bar on a terminal, a line every few seconds elsewhere. Progress and
 * times go to the eye (stderr) only; no artefact depends on them.
 */
import { SingleBar } from 'cli-progress';
import { formatDuration } from './duration.js';

export interface Progress {
  /** `note` is a short remark of the moment, such as the loss. */
  update(done: number, options: { readonly total: number; readonly note?: string }): void;
  /** Ends the bar; returns the seconds since it began. */
  finish(note?: string, outcome?: Outcome): number;
}

type Outcome = 'done in' | 'failed after';

export interface ProgressOptions {
  readonly title: string;
  readonly stream?: NodeJS.WriteStream;
  /** The time in milliseconds; default the process's clock. */
  readonly now?: () => number;
}

const LINE_SECONDS = 10;
const TITLE_WIDTH = 34;

export function startProgress(options: ProgressOptions): Progress {
  const { stream = process.stderr } = options;
  return stream.isTTY ? barProgress(options) : lineProgress(options);
}

/** Shows the work's progress; `work` returns its finding in a few words. Returns the seconds it took. */
export async function withProgress(
  title: string,
  work: (progress: Progress) => Promise<string>,
): Promise<number> {
  const progress = startProgress({ title });
  try {
    return progress.finish(await work(progress));
  } catch (error) {
    progress.finish('', 'failed after');
    throw error;
  }
}

/** Seconds left at the pace so far; null before there is a pace. */
export function secondsLeft(elapsedSeconds: number, { done, total }: Amount): number | null {
  return done > 0 ? (elapsedSeconds / done) * Math.max(0, total - done) : null;
}

interface Amount {
  readonly done: number;
  readonly total: number;
}

function stopwatch(now = () => performance.now()): () => number {
  const begin = now();
  return () => (now() - begin) / 1000;
}

function describeLeft(elapsedSeconds: number, amount: Amount): string {
  const left = secondsLeft(elapsedSeconds, amount);
  return left === null ? '' : `${formatDuration(left)} left`;
}

function barProgress({ title, stream = process.stderr, now }: ProgressOptions): Progress {
  const elapsed = stopwatch(now);
  const bar = new SingleBar({
    format: `${title.padEnd(TITLE_WIDTH)} {bar} {percentage}% {left} {note}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    clearOnComplete: true,
    gracefulExit: false, // an interrupted run must not look like a finished one to its caller
    stream,
  });
  bar.start(1, 0, { left: '', note: '' });
  return {
    update(done, { total, note = '' }) {
      bar.setTotal(total);
      bar.update(done, { left: describeLeft(elapsed(), { done, total }), note });
    },
    finish(note = '', outcome = 'done in') {
      bar.stop();
      stream.write(
        `${title.padEnd(TITLE_WIDTH)} ${outcome} ${formatDuration(elapsed())}${note && `  ${note}`}\n`,
      );
      return elapsed();
    },
  };
}

function lineProgress({ title, stream = process.stderr, now }: ProgressOptions): Progress {
  const elapsed = stopwatch(now);
  let lastLine = 0;
  stream.write(`${title} ...\n`);
  return {
    update(done, { total, note = '' }) {
      if (elapsed() - lastLine < LINE_SECONDS) return;
      lastLine = elapsed();
      const percent = `${Math.floor((100 * done) / total)}%`.padStart(4);
      const left = describeLeft(elapsed(), { done, total });
      stream.write(`  ${title.padEnd(TITLE_WIDTH)} ${[percent, left, note].filter(Boolean).join('  ')}\n`);
    },
    finish(note = '', outcome = 'done in') {
      stream.write(
        `${title.padEnd(TITLE_WIDTH)} ${outcome} ${formatDuration(elapsed())}${note && `  ${note}`}\n`,
      );
      return elapsed();
    },
  };
}
