/**
 * @file What crosses a package border: an `ndarray` view with its element type and quantisation. Never a `tf.Tensor`.
 * Saved as base64 of the little-endian elements in row-major order, so that the same values give the same bytes.
 */
import ndarray from 'ndarray';
import {
  bytesPerElement,
  dtypeOf,
  fromBytes,
  toBytes,
  type DType,
  type TypedArray,
  type TypedArrays,
} from './dtype.js';
import { TinyFormerError } from './errors.js';
import { checkShape, elementCount, type Shape } from './shape.js';

export interface TensorData<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
  /** Row-major and dense. */
  readonly data: TypedArrays[D];
}

/** @throws E_SHAPE when the shape does not hold exactly the given elements. */
export function tensorData<A extends TypedArray>(data: A, shape: Shape = [data.length]): TensorData {
  checkShape(shape, 'a tensor');
  if (elementCount(shape) !== data.length) {
    throw new TinyFormerError('E_SHAPE', `shape [${shape.join(', ')}] does not hold ${data.length} elements`);
  }
  return { dtype: dtypeOf(data), shape, data };
}

/** The tensor as an `ndarray` view on the same memory: shape, strides, `get` and `set`. */
export function view<D extends DType>(tensor: TensorData<D>): ndarray.NdArray<TypedArrays[D]> {
  return ndarray(tensor.data as never, [...tensor.shape]) as ndarray.NdArray<TypedArrays[D]>;
}

export interface SavedTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly base64: string;
}

export function saveTensor({ dtype, shape, data }: TensorData): SavedTensor {
  return { dtype, shape, base64: Buffer.from(toBytes(data)).toString('base64') };
}

/** @throws E_ARTEFACT when the bytes do not fit the shape. */
export function loadTensor<D extends DType>(saved: SavedTensor & { readonly dtype: D }): TensorData<D> {
  checkShape(saved.shape, 'a saved tensor');
  const bytes = new Uint8Array(Buffer.from(saved.base64, 'base64'));
  const expected = elementCount(saved.shape) * bytesPerElement(saved.dtype);
  if (bytes.length !== expected) {
    throw new TinyFormerError(
      'E_ARTEFACT',
      `a tensor has ${bytes.length} bytes, its shape needs ${expected}`,
      {
        hint: 'the file is truncated or was edited; make it again',
      },
    );
  }
  return { dtype: saved.dtype, shape: saved.shape, data: fromBytes(saved.dtype, bytes) };
}
