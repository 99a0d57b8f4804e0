/** @file The processor time of ended child processes, which a busy computer does not stretch; Linux tells it. */
import { readFileSync } from 'node:fs';

/** USER_HZ, in which /proc counts on every architecture. */
const TICKS_PER_SECOND = 100;

/** Seconds in user and system mode together, to 10 ms; null where the system does not tell. */
export function childProcessorSeconds(): number | null {
  try {
    // proc(5): the name is in brackets and may hold spaces; behind it, cutime and cstime are fields 16 and 17 of the line.
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const ticks = Number(fields[13]) + Number(fields[14]);
    return Number.isFinite(ticks) ? ticks / TICKS_PER_SECOND : null;
  } catch {
    return null;
  }
}
