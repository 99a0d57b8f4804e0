/** @file The single-row encodings of FORMAT.md written down once more, as plainly as they read, to check kernels against. */

export interface RowMatrix {
  readonly rows: number;
  readonly columns: number;
  /** 2, 4, 8 or 16; 1 for single weights. */
  readonly blockColumns: number;
  /** Of each row, ascending: the first column of a block, and its weights by column. */
  readonly blocks: readonly (readonly { readonly first: number; readonly weights: readonly number[] }[])[];
}

export type RowEncoding = 'balanced' | 'runlength' | 'csr';

const MAGIC = { balanced: 0x5254, runlength: 0x4c54, csr: 0x4354 } as const;

class Writer {
  readonly bytes: number[] = [];

  put(byteLength: number, value: number): void {
    for (let i = 0; i < byteLength; i++) this.bytes.push((value >> (8 * i)) & 0xff);
  }

  align(): void {
    while (this.bytes.length % 4 !== 0) this.bytes.push(0);
  }
}

/** Columns 0 1 2 3 of each four are stored as 0 2 1 3. */
const stored = (weights: readonly number[]): number[] =>
  weights.length < 4 ? [...weights] : weights.map((_, k) => weights[(k & ~3) | [0, 2, 1, 3][k & 3]!]!);

export function encodeRows(encoding: RowEncoding, matrix: RowMatrix): Int8Array {
  const { rows, columns, blockColumns, blocks } = matrix;
  const all = blocks.flat();
  const out = new Writer();
  out.put(2, MAGIC[encoding]);
  out.put(1, 1);
  out.put(1, blockColumns);
  out.put(4, encoding === 'balanced' ? blocks[0]!.length : all.length);
  out.put(4, rows);
  out.put(4, columns);
  if (encoding === 'runlength') {
    for (const row of blocks) out.put(2, row.length);
    for (const row of blocks)
      row.forEach(({ first }, i) => out.put(1, (first - (row[i - 1]?.first ?? 0)) / 2));
    out.align();
  }
  if (encoding === 'csr') {
    blocks.forEach((_, row) => out.put(4, blocks.slice(0, row).flat().length));
    out.put(4, all.length);
  }
  if (encoding !== 'runlength') all.forEach(({ first }) => out.put(2, first));
  if (encoding === 'balanced') out.align();
  for (const { weights } of all) stored(weights).forEach((weight) => out.put(1, weight));
  return Int8Array.from(out.bytes);
}

/** The [rows][columns] weights that it stands for; overlapping blocks add up. */
export function denseRows({ rows, columns, blocks }: RowMatrix): Int8Array {
  const dense = new Int8Array(rows * columns);
  blocks.forEach((row, r) => {
    for (const { first, weights } of row) {
      weights.forEach((weight, k) => {
        if (first + k < columns) dense[r * columns + first + k]! += weight;
      });
    }
  });
  return dense;
}
