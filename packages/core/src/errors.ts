/** @file Errors are data first: a stable code, the offending values, and what the reader can do about it. */

export interface ErrorContext {
  /** The values that were rejected, for programs. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The remedy, for people. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Something the caller can mend: bad input, a missing tool, a limit that cannot be met. */
export class TinyFormerError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly hint: string | undefined;

  constructor(code: `E_${string}`, message: string, { details = {}, hint, cause }: ErrorContext = {}) {
    super(`${code}: ${message}${hint === undefined ? '' : `. ${hint[0]!.toUpperCase()}${hint.slice(1)}`}`, {
      cause,
    });
    this.name = 'TinyFormerError';
    this.code = code;
    this.details = details;
    this.hint = hint;
  }
}

/** A broken invariant: a defect of this library, never the user's. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}
