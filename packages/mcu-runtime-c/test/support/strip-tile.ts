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

/** The column of the weight matrix [kernel][kernel][channels] that each channel of each quad is, or null. */
export function stripColumns({ input: { channels }, kernel }: WindowShape): (number | null)[] {
  const quads = Math.ceil(channels / 4);
  return Array.from({ length: kernel * quads * kernel * 4 }, (_, index) => {
    const [cell, c] = [Math.floor(index / 4), index % 4];
    const kx = cell % kernel;
    const quad = Math.floor(cell / kernel) % quads;
    const ky = Math.floor(cell / (kernel * quads));
    const channel = 4 * quad + c;
    return channel < channels ? (ky * kernel + kx) * channels + channel : null;
  });
}
