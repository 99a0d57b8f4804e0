/**
 * @file How the bytes of a weight matrix [rows, columns] are laid out. An encoding is described without its bytes, so that
 * sizes are known before weights exist; the formats are those of the C runtime's FORMAT.md.
 */
import type { BlockShape, FixedPointFactor } from '@tinyformer/core';

export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
  /** What panel streams hold and assume of the layer beside its weights; absent where no kernel reads them. */
  readonly panel?: PanelContext;
  /** Of depthwise weights, whose rows are the taps of a window that each column, a channel, has for itself. */
  readonly window?: WindowContext;
}

/** How a kernel lays out the activations that weights meet: runs of quads (four channels of one position, 8 bytes). */
export interface PanelTile {
  /** Of the whole tile. */
  readonly bytes: number;
  /** Bytes from a quad to the next one of a run. */
  readonly quadPitch: number;
  /** Columns of the weight matrix in a run, a tap's channels; the columns are the runs one after another. */
  readonly columnsPerRun: number;
  readonly quadsPerRun: number;
  /** Where each run begins, in bytes. */
  readonly runOffsets: readonly number[];
}

export interface PanelContext {
  readonly tile: PanelTile;
  /** Output positions: fewer than four are computed one by one. */
  readonly positions: number;
  /** One an output row each. */
  readonly bias: Int32Array;
  readonly factors: readonly FixedPointFactor[];
  /** The largest |x - zero point|. */
  readonly largestInput: number;
}

export interface WindowContext {
  /** Kernels of kept taps are faster than dense ones up to this share of stored weights. */
  readonly fasterShare: number;
}

export interface Matrix extends MatrixShape {
  /** Row-major [rows, columns]. */
  readonly values: Int8Array;
}

/** What is chosen for a layer: a format and its block, before any weight is looked at. */
export type EncodingLayout =
  | { readonly kind: 'dense' }
  | PanelLayout
  | { readonly kind: 'balanced'; readonly blockColumns: number }
  | { readonly kind: 'runlength'; readonly blockColumns: number }
  | { readonly kind: 'csr' }
  | { readonly kind: 'taps' };

/** Groups of rows that share a pattern, in one stream with their biases and factors; dense: all blocks, without offsets. */
export interface PanelLayout extends BlockShape {
  readonly kind: 'panel';
  readonly isDense: boolean;
}

export type EncodingKind = EncodingLayout['kind'];
export type LayoutOf<K extends EncodingKind> = Extract<EncodingLayout, { kind: K }>;

export interface DenseEncoding {
  readonly kind: 'dense';
}

export interface PanelEncoding extends PanelLayout {
  readonly blocksPerGroup: number;
  /** Rows are summed in pairs, as 256 * second + first. */
  readonly isFused: boolean;
  /** Rows have shifts of their own. */
  readonly hasRowShifts: boolean;
}

/** Every row has the same number of blocks of one row and `blockColumns` columns. */
export interface BalancedEncoding {
  readonly kind: 'balanced';
  readonly blockColumns: number;
  readonly blocksPerRow: number;
}

/** Rows have blocks of one row as many as they need, found by the run of zeros before each. */
export interface RunLengthEncoding {
  readonly kind: 'runlength';
  readonly blockColumns: number;
  /** Of all rows, fillers in long runs included. */
  readonly blocks: number;
}

/** Compressed sparse rows: every weight has its column. */
export interface CsrEncoding {
  readonly kind: 'csr';
  readonly nonZeros: number;
}

/** Of depthwise weights: the taps that groups of four channels keep. */
export interface TapsEncoding {
  readonly kind: 'taps';
  /** Kept taps of all groups. */
  readonly blocks: number;
}

export type Encoding =
  DenseEncoding | PanelEncoding | BalancedEncoding | RunLengthEncoding | CsrEncoding | TapsEncoding;
export type EncodingOf<K extends EncodingKind> = Extract<Encoding, { kind: K }>;

export const DENSE: DenseEncoding = { kind: 'dense' };

/** What the engine knows about one encoding; FORMATS has one of each kind. */
export interface EncodingFormat<K extends EncodingKind> {
  /** `panel 2x4` */
  readonly describe: (layout: LayoutOf<K>) => string;
  /** Whether the kernels read such a matrix in this layout. */
  readonly supports: (shape: MatrixShape, layout: LayoutOf<K>) => boolean;
  /** The encoding that holds these weights exactly. */
  readonly fit: (matrix: Matrix, layout: LayoutOf<K>) => EncodingOf<K>;
  /** Exact size of a matrix. */
  readonly bytes: (shape: MatrixShape, encoding: EncodingOf<K>) => number;
  /** Weights that a kernel multiplies by, zeros in blocks included. */
  readonly storedWeights: (shape: MatrixShape, encoding: EncodingOf<K>) => number;
  readonly encode: (matrix: Matrix, encoding: EncodingOf<K>) => Int8Array;
  /** The matrix that a stream holds. Trusts nothing. @throws InternalError when the stream contradicts itself. */
  readonly decode: (stream: Int8Array, shape: MatrixShape) => Matrix;
}
