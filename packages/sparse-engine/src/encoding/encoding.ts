/**
 * @file How the bytes of a weight matrix [rows, columns] are laid out. An encoding is described without its bytes, so that
 * sizes are known before weights exist; the formats are those of the C runtime's FORMAT.md.
 */
import type { BlockShape } from '@tinyformer/core';

export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
}

export interface Matrix extends MatrixShape {
  /** Row-major [rows, columns]. */
  readonly values: Int8Array;
}

/** What is chosen for a layer: a format and its block, before any weight is looked at. */
export type EncodingLayout =
  | { readonly kind: 'dense' }
  | ({ readonly kind: 'block' } & BlockShape)
  | { readonly kind: 'balanced'; readonly blockColumns: number }
  | { readonly kind: 'runlength'; readonly blockColumns: number }
  | { readonly kind: 'csr' };

export type EncodingKind = EncodingLayout['kind'];
export type LayoutOf<K extends EncodingKind> = Extract<EncodingLayout, { kind: K }>;

export interface DenseEncoding {
  readonly kind: 'dense';
}

/** Row groups of `blockRows` rows share one pattern of `blocksPerGroup` blocks of `blockColumns` columns. */
export interface BlockEncoding extends BlockShape {
  readonly kind: 'block';
  readonly blocksPerGroup: number;
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

export type Encoding = DenseEncoding | BlockEncoding | BalancedEncoding | RunLengthEncoding | CsrEncoding;
export type EncodingOf<K extends EncodingKind> = Extract<Encoding, { kind: K }>;

export const DENSE: DenseEncoding = { kind: 'dense' };

/** What the engine knows about one encoding; FORMATS has one of each kind. */
export interface EncodingFormat<K extends EncodingKind> {
  /** `block 2x4` */
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
