/** @file Tensors and artefacts survive the disk, and what does not fit is refused with a code. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  elementCount,
  loadTensor,
  parseArtefact,
  saveTensor,
  tensorData,
  view,
  type DType,
  type SavedTensor,
  type TypedArray,
} from '../src/index.js';

const arrays: fc.Arbitrary<TypedArray> = fc.oneof(
  fc.float32Array({ minLength: 1, maxLength: 20 }),
  fc.int8Array({ minLength: 1, maxLength: 20 }),
  fc.uint8Array({ minLength: 1, maxLength: 20 }),
  fc.int16Array({ minLength: 1, maxLength: 20 }),
  fc.uint16Array({ minLength: 1, maxLength: 20 }),
  fc.int32Array({ minLength: 1, maxLength: 20 }),
) as fc.Arbitrary<TypedArray>;

const throughDisk = (saved: SavedTensor) =>
  JSON.parse(JSON.stringify(saved)) as SavedTensor & { readonly dtype: DType };

describe('tensors', () => {
  it('come back from the disk bit for bit, NaN and -0 included', () => {
    fc.assert(
      fc.property(arrays, (data) => {
        const tensor = tensorData(data);
        const loaded = loadTensor(throughDisk(saveTensor(tensor)));
        expect(loaded.dtype).toBe(tensor.dtype);
        expect(loaded.shape).toEqual(tensor.shape);
        expect([...loaded.data].every((value, i) => Object.is(value, data[i]))).toBe(true);
      }),
    );
  });

  it('save a part of a buffer as that part', () => {
    const part = new Int16Array([1, 2, 3, 4]).subarray(1, 3);
    expect([...loadTensor(throughDisk(saveTensor(tensorData(part)))).data]).toEqual([2, 3]);
  });

  it('are seen as ndarrays on the same memory, row by row', () => {
    const tensor = tensorData(new Int8Array([1, 2, 3, 4, 5, 6]), [2, 3]);
    const array = view(tensor);
    expect(array.get(1, 0)).toBe(4);
    array.set(1, 0, 9);
    expect(tensor.data[3]).toBe(9);
  });

  it.each([[[2, 2]], [[0]], [[1.5]], [[-3]], [[]]])('refuse the shape %j for three elements', (shape) => {
    expect(() => tensorData(new Int8Array(3), shape)).toThrow(/^E_SHAPE/);
  });

  it('refuse bytes that the shape does not need', () => {
    const saved = { dtype: 'int32', shape: [2], base64: 'AAAA' } as const;
    expect(() => loadTensor(saved)).toThrow(/^E_ARTEFACT: a tensor has 3 bytes, its shape needs 8/);
  });

  it('count the elements of a scalar as one', () => {
    expect(elementCount([])).toBe(1);
  });
});

describe('parseArtefact', () => {
  const expected = { kind: 'tinyformer/example', formatVersion: 2 } as const;
  const header = { ...expected, toolVersion: '1', seed: 3 };

  it('gives what it was given', () => {
    expect(parseArtefact(JSON.stringify({ ...header, more: [1] }), expected)).toEqual({
      ...header,
      more: [1],
    });
  });

  it.each(['', '{', 'null', '[]', '7', '"x"', JSON.stringify({ ...header, kind: 'something/else' })])(
    'refuses %j as no artefact of this kind',
    (text) => {
      expect(() => parseArtefact(text, expected)).toThrow(/^E_ARTEFACT/);
    },
  );

  it.each([1, 3, '2', null, undefined])(
    'refuses the format version %p and says what to do',
    (formatVersion) => {
      const text = JSON.stringify({ ...header, formatVersion });
      expect(() => parseArtefact(text, expected)).toThrow(
        /^E_FORMAT_VERSION: .*expected 2\. Make the artefact again/,
      );
    },
  );
});
