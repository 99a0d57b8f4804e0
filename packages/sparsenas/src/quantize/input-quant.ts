/** @file The network's input as integers: int8 value = pixel - 128, exactly, with the scale and zero point that make this so. */
import { INT8_MIN, TinyFormerError, type QuantParams } from '@tinyformer/core';
import type { DatasetSplits } from '@tinyformer/supernas';

/**
 * The input's quantisation: (pixel - pixelOffset) * pixelScale = scale * ((pixel - 128) - zeroPoint).
 * @throws E_QUANTIZATION when the offset is not a whole number of 0..255.
 */
export function inputQuant({
  pixelScale,
  pixelOffset,
}: Pick<DatasetSplits, 'pixelScale' | 'pixelOffset'>): QuantParams {
  if (!Number.isInteger(pixelOffset) || pixelOffset < 0 || pixelOffset > 255) {
    throw new TinyFormerError('E_QUANTIZATION', `the pixel offset ${pixelOffset} is no pixel value`, {
      hint: 'normalise images with a whole offset in 0..255, so that int8 inputs are pixel - 128 exactly',
    });
  }
  return { scale: pixelScale, zeroPoint: pixelOffset + INT8_MIN };
}

/** Pixels 0..255 as the network's int8 input, in the same layout. */
export function quantizeImages({ images }: { readonly images: Uint8Array }): Int8Array {
  return Int8Array.from(images, (pixel) => pixel + INT8_MIN);
}
