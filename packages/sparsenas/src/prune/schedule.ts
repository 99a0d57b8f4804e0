/** @file The gradual pruning schedule of Zhu and Gupta, "To prune, or not to prune" (2017): fast at first, slow at the end. */

/** How far pruning has come: 0 = dense, 1 = final sparsity; `progress` is the share of the pruning steps done, in [0, 1]. */
export function cubicProgress(progress: number): number {
  return 1 - (1 - Math.min(1, Math.max(0, progress))) ** 3;
}

/** The density at this progress, falling from 1 to `finalDensity`. */
export function scheduledDensity(finalDensity: number, progress: number): number {
  return 1 - (1 - finalDensity) * cubicProgress(progress);
}
