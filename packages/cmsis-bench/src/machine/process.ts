/** @file Runs another program: no shell, bounded output, bounded time. */
import { spawn } from 'node:child_process';

export interface ProcessResult {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** The first 64 KiB of each stream. */
  readonly stdout: string;
  readonly stderr: string;
}

const OUTPUT_LIMIT_BYTES = 64 * 1024;

export interface ProcessOptions {
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

/** Rejects only when the program cannot be started. */
export function runProcess(
  file: string,
  args: readonly string[],
  { cwd, timeoutMs = 600_000 }: ProcessOptions = {},
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        output[stream] += text.slice(0, OUTPUT_LIMIT_BYTES - output[stream].length);
      });
    }
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, timedOut, ...output });
    });
  });
}
