/** @file The scores inside an attention layer, which no layer's output shows: only calibration needs them by themselves. */
import type { AttentionLayer } from '@tinyformer/core';

/**
 * q k^T / sqrt(width / heads), every head.
 * @param query - [batch, tokens, width], as `key`.
 * @returns [batch, heads, tokens, tokens]
 */
export function attentionScores(
  query: Float32Array,
  key: Float32Array,
  { outputShape, heads }: Pick<AttentionLayer, 'outputShape' | 'heads'>,
): Float32Array {
  const [height, width, channels] = outputShape as [number, number, number];
  const tokens = height * width;
  const depth = channels / heads;
  const batch = query.length / (tokens * channels);
  const factor = 1 / Math.sqrt(depth);
  const scores = new Float32Array(batch * heads * tokens * tokens);
  let position = 0;
  for (let image = 0; image < batch; image++) {
    for (let head = 0; head < heads; head++) {
      const start = image * tokens * channels + head * depth;
      for (let i = 0; i < tokens; i++) {
        for (let j = 0; j < tokens; j++) {
          let sum = 0;
          for (let c = 0; c < depth; c++) {
            sum += query[start + i * channels + c]! * key[start + j * channels + c]!;
          }
          scores[position++] = sum * factor;
        }
      }
    }
  }
  return scores;
}
