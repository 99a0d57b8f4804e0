/** @file Every encoding, once: the table that sizes, encoders and decoders are looked up in. */
import { balancedFormat } from './balanced.js';
import { csrFormat } from './csr.js';
import { denseFormat } from './dense.js';
import type {
  Encoding,
  EncodingFormat,
  EncodingKind,
  EncodingLayout,
  Matrix,
  MatrixShape,
} from './encoding.js';
import { panelFormat } from './panel.js';
import { runLengthFormat } from './run-length.js';
import { tapsFormat } from './taps.js';

const FORMATS: { readonly [K in EncodingKind]: EncodingFormat<K> } = {
  dense: denseFormat,
  panel: panelFormat,
  balanced: balancedFormat,
  runlength: runLengthFormat,
  csr: csrFormat,
  taps: tapsFormat,
};

/** Every kind; kernels are named tfr_<op>_<kind>_s8. */
export const ENCODING_KINDS = Object.keys(FORMATS) as readonly EncodingKind[];

/** The caller hands over only layouts and encodings of this kind. */
const formatOf = (kind: EncodingKind): EncodingFormat<EncodingKind> =>
  FORMATS[kind] as unknown as EncodingFormat<EncodingKind>;

/** Exact size in bytes of a matrix in this encoding. */
export function encodedBytes(shape: MatrixShape, encoding: Encoding): number {
  return formatOf(encoding.kind).bytes(shape, encoding);
}

/** Weights that a kernel multiplies by, zeros in stored blocks included. */
export function storedWeights(shape: MatrixShape, encoding: Encoding): number {
  return formatOf(encoding.kind).storedWeights(shape, encoding);
}

/** `dense`, `panel 2x4` */
export function describeLayout(layout: EncodingLayout): string {
  return formatOf(layout.kind).describe(layout);
}

/** Whether the kernels read a matrix of this shape in the layout. */
export function supportsLayout(shape: MatrixShape, layout: EncodingLayout): boolean {
  return formatOf(layout.kind).supports(shape, layout);
}

/** The encoding of the layout that holds these weights exactly. */
export function fitEncoding(matrix: Matrix, layout: EncodingLayout): Encoding {
  return formatOf(layout.kind).fit(matrix, layout);
}

export function encodeWeights(matrix: Matrix, encoding: Encoding): Int8Array {
  return formatOf(encoding.kind).encode(matrix, encoding);
}

/**
 * The matrix that a stream of this kind holds. It trusts nothing: the encoders are checked against it.
 * @throws InternalError when the stream contradicts itself.
 */
export function decodeWeights(
  stream: Int8Array,
  { kind, ...shape }: MatrixShape & { readonly kind: EncodingKind },
): Matrix {
  return formatOf(kind).decode(stream, shape);
}
