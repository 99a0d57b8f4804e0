/** @file Element types and the typed arrays that hold them. */

export interface TypedArrays {
  readonly float32: Float32Array;
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
  readonly int16: Int16Array;
  readonly uint16: Uint16Array;
  readonly int32: Int32Array;
}

export type DType = keyof TypedArrays;
export type TypedArray = TypedArrays[DType];

const CONSTRUCTORS = {
  float32: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
} as const;

export function bytesPerElement(dtype: DType): number {
  return CONSTRUCTORS[dtype].BYTES_PER_ELEMENT;
}

export function allocate<D extends DType>(dtype: D, length: number): TypedArrays[D] {
  return new CONSTRUCTORS[dtype](length) as unknown as TypedArrays[D];
}

/** A typed array over a copy of these bytes (little-endian, as on every supported host and target). */
export function fromBytes<D extends DType>(dtype: D, bytes: Uint8Array): TypedArrays[D] {
  const copy = bytes.slice();
  return new CONSTRUCTORS[dtype](
    copy.buffer,
    0,
    copy.byteLength / bytesPerElement(dtype),
  ) as unknown as TypedArrays[D];
}

export function toBytes(array: TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

export function dtypeOf(array: TypedArray): DType {
  const found = (Object.keys(CONSTRUCTORS) as DType[]).find((dtype) => array instanceof CONSTRUCTORS[dtype]);
  return found!;
}
