/** @file Where the convolution kernel finds a window's quads in its strip of rows (src/convolution/tfr_strip.h). */
import type { PanelTile } from './panel-stream.js';
import type { WindowShape } from './requests.js';

/** Rows of four outputs and more, whose windows are at most two positions apart. */
export function hasStrips({ input, kernel, stride }: WindowShape): boolean {
  return Math.ceil(input.width / stride) >= 4 && (stride <= 2 || kernel === 1);
}

/** Quads of a window in the order [row][quad of channels][column]. */
export function stripTile({ input, kernel, stride }: WindowShape): PanelTile {
  const step = kernel === 1 ? 1 : stride;
  const columns = (Math.ceil(input.width / stride) - 1) * step + kernel;
  const quads = Math.ceil(input.channels / 4);
  const offsets = Array.from({ length: kernel * quads * kernel }, (_, index) => {
    const run = Math.floor(index / kernel);
    return 8 * (run * columns + (index % kernel));
  });
  return { bytes: offsets.at(-1)! + 8, offsets };
}
