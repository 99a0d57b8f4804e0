/**
 * @file Where the kernel of a convolution finds the activations of a window (src/convolution in the C runtime): in a strip of
 * widened rows, or among four windows copied together. The kernel and this file must agree, which the stream's header lets
 * the kernel check.
 */
import type { PanelTile } from '../encoding/encoding.js';
import type { Window } from './window.js';

/** Bytes of a quad: four int16. */
const QUAD_BYTES = 8;
/** Outputs that the kernel computes together. */
const TOKENS = 4;
/** Strips are for strides that the kernel's bodies have; a longer one is as if it were 1 where a window is one position. */
const MAX_STRIDE = 2;
/** Positions of a kernel row that its bodies for dense weights take. */
const MAX_DENSE_KERNEL = 8;
/** What TFR_ERROR_SIZE allows the rows of one window. */
const MAX_STRIP_BYTES = 2 ** 30;
/** What copying a window costs, in products of one output: measured on a Cortex-M4. */
const COPY_COST = { perWindow: 100, perValue: 6.5 };

export interface WindowShape {
  readonly window: Window;
  readonly channels: number;
  readonly outputs: number;
  /** Zeros come in blocks of columns of the weight matrix, which only a copied window has in a row. */
  readonly isPruned: boolean;
}

interface Strip {
  readonly quads: number;
  readonly quadPitch: number;
  readonly rowPitch: number;
}

function stripOf({ window: { kernel, stride, outputWidth }, channels }: WindowShape): Strip {
  const columns = (outputWidth - 1) * (kernel === 1 ? 1 : stride) + kernel;
  const quads = Math.ceil(channels / 4);
  return { quads, quadPitch: columns * QUAD_BYTES, rowPitch: quads * columns * QUAD_BYTES };
}

/** Whether windows are copied: where strips do not serve, or where they would multiply too many channels that are not there. */
export function gathersWindows(shape: WindowShape): boolean {
  const { window, channels, outputs, isPruned } = shape;
  const { kernel, stride, outputWidth } = window;
  const isServed =
    outputWidth >= TOKENS &&
    (stride <= MAX_STRIDE || kernel === 1) &&
    (kernel <= MAX_DENSE_KERNEL || isPruned) &&
    stripOf(shape).rowPitch * kernel <= MAX_STRIP_BYTES;
  if (!isServed || (isPruned && channels % 4 !== 0)) return true;
  const columns = kernel * kernel * channels;
  const padded = kernel * kernel * Math.ceil(channels / 4) * 4;
  const products = outputs * (padded - Math.ceil(columns / 4) * 4);
  return products > COPY_COST.perWindow + COPY_COST.perValue * columns;
}

/** The tile of the kernel's way; the columns of the weight matrix are [kernel, kernel, channels]. */
export function convolutionTile(shape: WindowShape): PanelTile {
  const { window, channels } = shape;
  const { kernel } = window;
  if (gathersWindows(shape)) {
    const columns = kernel * kernel * channels;
    const quads = Math.ceil(columns / 4);
    const quadPitch = TOKENS * QUAD_BYTES;
    return {
      bytes: quads * quadPitch,
      quadPitch,
      columnsPerRun: columns,
      quadsPerRun: quads,
      runOffsets: [0],
    };
  }
  const { quads, quadPitch, rowPitch } = stripOf(shape);
  const taps = Array.from({ length: kernel * kernel }, (_, tap) => tap);
  return {
    // The last tap ends here, seen from the window's first one.
    bytes: (kernel - 1) * rowPitch + (quads - 1) * quadPitch + kernel * QUAD_BYTES,
    quadPitch,
    columnsPerRun: channels,
    quadsPerRun: quads,
    runOffsets: taps.map((tap) => Math.floor(tap / kernel) * rowPitch + (tap % kernel) * QUAD_BYTES),
  };
}
