/** @file Shares as percentages. */

/** 0.91449 -> "91.4%" */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
