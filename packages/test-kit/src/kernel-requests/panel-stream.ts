/** @file The panel streams of FORMAT.md written down once more, as plainly as it reads, to check kernels against it. */

export interface PanelMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly blockRows: number;
  readonly blockColumns: number;
  readonly isDense: boolean;
  readonly isFused: boolean;
  /** First quad (of four columns) of each group's blocks. */
  readonly quads: readonly (readonly number[])[];
  /** [group][block][row][column]; 0 where the matrix has no such row or column. */
  readonly values: readonly number[];
  readonly bias: readonly number[];
  /** At the layer's shift; with row shifts in [2^30, 2^31). */
  readonly multipliers: readonly number[];
  readonly shift: number;
  readonly rowShifts: readonly number[] | null;
}

/** Where a kernel finds the quads that the columns meet. */
export interface PanelTile {
  readonly bytes: number;
  readonly offsets: readonly number[];
}

/** Quads one after another: 32 bytes apart, or 8 where a linear layer has less than four tokens. */
export function evenTile({ columns }: { columns: number }, quadPitch: number): PanelTile {
  const quads = Math.ceil(columns / 4);
  return { bytes: quads * quadPitch, offsets: Array.from({ length: quads }, (_, quad) => quad * quadPitch) };
}

export function encodePanel(matrix: PanelMatrix, { bytes: tileBytes, offsets }: PanelTile): Int8Array {
  const { rows, blockRows, blockColumns, isDense, isFused, quads, rowShifts } = matrix;
  const flags = (isDense ? 1 : 0) | (isFused ? 2 : 0) | (rowShifts === null ? 0 : 4);
  const blocks = quads[0]!.length;
  const bytes: number[] = [0x54, 0x50, 1, flags, blockRows, blockColumns, ...le(blocks, 2)];
  bytes.push(...le(rows, 4), ...le(tileBytes, 4));
  bytes.push(...le(rowShifts === null ? matrix.shift : Math.min(62, ...rowShifts), 4));
  quads.forEach((firsts, group) => {
    const row = (r: number): number => group * blockRows + r;
    for (let r = 0; r < blockRows; r++) {
      const own = matrix.bias[row(r)] ?? 0;
      bytes.push(...le(isFused && r % 2 === 1 ? 256 * own + (matrix.bias[row(r - 1)] ?? 0) : own, 4));
    }
    const steps = firsts.map(
      (first, block) => offsets[first]! - (block === 0 ? 0 : offsets[firsts[block - 1]!]!),
    );
    firsts.forEach((_, block) => {
      if (!isDense && block % 2 === 0) bytes.push(...le(steps[block]!, 2), ...le(steps[block + 1] ?? 0, 2));
      bytes.push(...blockBytes(matrix, group * blocks + block));
    });
    for (let r = 0; r < blockRows; r++) bytes.push(...le(matrix.multipliers[row(r)] ?? 0, 4));
    if (rowShifts === null) return;
    for (let r = 0; r < 4; r++) bytes.push(r < blockRows ? (rowShifts[row(r)] ?? 62) : 0);
  });
  return Int8Array.from(bytes);
}

/** A word a half quad and row pair: the first row's columns c and c + 2 in bytes 0 and 2, the second's in 1 and 3. */
function blockBytes({ blockRows, blockColumns, isFused, values }: PanelMatrix, block: number): number[] {
  const at = (r: number, c: number): number => values[(block * blockRows + r) * blockColumns + c]!;
  const bytes: number[] = [];
  for (let half = 0; half < blockColumns / 2; half++) {
    const c = 4 * (half >> 1) + (half & 1);
    for (let r = 0; r < blockRows; r += 2) {
      for (const column of [c, c + 2]) {
        const first = at(r, column);
        bytes.push(first, at(r + 1, column) - (isFused && first < 0 ? 1 : 0));
      }
    }
  }
  return bytes;
}

function le(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (value >> (8 * i)) & 0xff);
}

/** The [rows][columns] weights that a stream stands for; overlapping blocks add up. */
export function densePanel(matrix: PanelMatrix): Int8Array {
  const { rows, columns, blockRows, blockColumns, quads, values } = matrix;
  const dense = new Int8Array(rows * columns);
  quads.flat().forEach((quad, index) => {
    const group = Math.floor(index / quads[0]!.length);
    for (let i = 0; i < blockRows * blockColumns; i++) {
      const row = group * blockRows + Math.floor(i / blockColumns);
      const column = 4 * quad + (i % blockColumns);
      if (row < rows && column < columns)
        dense[row * columns + column]! += values[index * blockRows * blockColumns + i]!;
    }
  });
  return dense;
}
