/** @file What this package throws: a code, the value that was wrong and what to do about it. */

export type TrainingErrorCode =
  | 'E_NOT_STARTED'
  | 'E_DISPOSED'
  | 'E_ENGINE'
  | 'E_SHAPE'
  | 'E_DTYPE'
  | 'E_LABEL'
  | 'E_STATE'
  | 'E_OPTION'
  | 'E_MEMORY';

/** An error of use. `hint` is the remedy; the message carries the offending value and its limit. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';

  constructor(
    readonly code: TrainingErrorCode,
    message: string,
    readonly hint: string,
  ) {
    super(`${code}: ${message}. ${hint}`);
  }
}

/** A broken invariant of this package. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** Throws E_SHAPE unless `holds`; the message is only built when it is needed. */
export function requireShape(holds: boolean, message: () => string, hint: string): void {
  if (!holds) throw new TrainingError('E_SHAPE', message(), hint);
}

/** Throws E_OPTION unless `value` is a finite number from `low` to `high`. */
export function requireNumber(name: string, value: number, [low, high]: readonly [number, number]): void {
  const limit = high === Infinity ? `of at least ${low}` : `from ${low} to ${high}`;
  requireOption(
    Number.isFinite(value) && value >= low && value <= high,
    () => `${name} is ${value}`,
    `Give a number ${limit}`,
  );
}

/** Throws E_OPTION unless `holds`. */
export function requireOption(holds: boolean, message: () => string, hint: string): void {
  if (!holds) throw new TrainingError('E_OPTION', message(), hint);
}
