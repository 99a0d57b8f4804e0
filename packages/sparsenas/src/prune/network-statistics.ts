/** @file The BatchNorm statistics that a float network carries, in the form that a forward pass reads. */
import type { FloatNetwork, NormStatistics } from '@tinyformer/supernas';

export function networkStatistics({ layers }: Pick<FloatNetwork, 'layers'>): NormStatistics {
  return Object.fromEntries(
    Object.entries(layers).flatMap(([name, { mean, variance }]) =>
      mean && variance ? [[name, { mean: mean.data, variance: variance.data }] as const] : [],
    ),
  );
}
