/** @file FORMAT.md written down once more, as plainly as it reads, to check kernels against it. */

export interface BlockMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly blockRows: number;
  readonly blockColumns: number;
  /** First columns of each group's blocks, ascending. */
  readonly offsets: readonly (readonly number[])[];
  /** [group][block][row][column] */
  readonly values: readonly number[];
}

export function encodeStream(matrix: BlockMatrix): Int8Array {
  const { rows, columns, blockRows, blockColumns, offsets, values } = matrix;
  const blocks = offsets[0]?.length ?? 0;
  const valuesAt = Math.ceil((16 + 2 * offsets.length * blocks) / 4) * 4;
  const view = new DataView(new ArrayBuffer(valuesAt + values.length));
  view.setUint16(0, 0x4254, true);
  view.setUint8(2, 1);
  view.setUint8(4, blockRows);
  view.setUint8(5, blockColumns);
  view.setUint16(6, blocks, true);
  view.setUint32(8, rows, true);
  view.setUint32(12, columns, true);
  offsets.flat().forEach((offset, i) => view.setUint16(16 + 2 * i, offset, true));
  values.forEach((value, i) => view.setInt8(valuesAt + i, value));
  return new Int8Array(view.buffer);
}

/** The [rows][columns] weights that a stream stands for; overlapping blocks add up. */
export function denseWeights(matrix: BlockMatrix): Int8Array {
  const { rows, columns, blockRows, blockColumns, offsets, values } = matrix;
  const dense = new Int8Array(rows * columns);
  let next = 0;
  offsets.forEach((group, g) => {
    for (const offset of group) {
      for (let r = 0; r < blockRows; r++) {
        for (let c = 0; c < blockColumns; c++) {
          const row = g * blockRows + r;
          const value = values[next++]!;
          if (row < rows) dense[row * columns + offset + c]! += value;
        }
      }
    }
  });
  return dense;
}
