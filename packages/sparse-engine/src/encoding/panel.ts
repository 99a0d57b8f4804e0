/**
 * @file The panel stream of FORMAT.md: groups of rows that share a pattern, with their biases, offsets, weights and factors
 * in the order in which the kernel uses them. Written here, read in panel-reader.ts.
 */
import { InternalError } from '@tinyformer/core';
import type { EncodingFormat, Matrix, MatrixShape, PanelContext, PanelEncoding } from './encoding.js';
import { panelCells, type PanelCell } from './panel-cells.js';
import { fusesRows, layerShift, leastShift, MAX_SHIFT } from './panel-proofs.js';
import { readPanels } from './panel-reader.js';

export const PANEL_MAGIC = 0x5054;
export const PANEL_VERSION = 1;
export const PANEL_HEADER_BYTES = 20;
export const PanelFlag = { dense: 1, fused: 2, rowShifts: 4 } as const;

const BLOCKS = ['2x4', '4x4', '2x8'];
/** Offsets are int16 steps, and no tile is larger than the largest step. */
const MAX_TILE_BYTES = 32768;

export const panelFormat: EncodingFormat<'panel'> = {
  describe: ({ blockRows, blockColumns, isDense }) =>
    isDense ? `packed ${blockRows}x${blockColumns}` : `panel ${blockRows}x${blockColumns}`,
  supports: (shape, { blockRows, blockColumns, isDense }) => {
    const tile = shape.panel?.tile;
    if (tile === undefined || !BLOCKS.includes(`${blockRows}x${blockColumns}`)) return false;
    if (isDense) return blockColumns === 4;
    return tile.bytes <= MAX_TILE_BYTES && tile.quadsPerRun >= blockColumns / 4;
  },
  fit: (matrix, { blockRows, blockColumns, isDense }) => {
    const context = contextOf(matrix);
    const cells = panelCells(context.tile, isDense ? 1 : blockColumns / 4);
    const kept = isDense
      ? [cells.length]
      : keptCells(matrix, { blockRows, cells }).map(({ length }) => length);
    const blocksPerGroup = Math.max(0, ...kept);
    const shift = layerShift(context.factors);
    return {
      kind: 'panel',
      blockRows,
      blockColumns,
      isDense,
      blocksPerGroup,
      isFused: blocksPerGroup >= MIN_FUSED_BLOCKS && fusesRows(matrix, context),
      hasRowShifts: shift === null,
    };
  },
  bytes: streamBytes,
  storedWeights: ({ rows, columns }, { blocksPerGroup, blockColumns }) =>
    rows * Math.min(columns, blocksPerGroup * blockColumns),
  encode: encodePanels,
  decode: (stream, shape) => readPanels(stream, shape).matrix,
};

/** From so many blocks on the extension that fusing saves in each outweighs the subtraction at the end. */
const MIN_FUSED_BLOCKS = 2;

export function contextOf({ panel }: MatrixShape): PanelContext {
  if (panel === undefined) throw new InternalError('these weights belong to no layer with a panel kernel');
  return panel;
}

export function groupBytes(encoding: Omit<PanelEncoding, 'kind' | 'isFused'>): number {
  const { blockRows, blockColumns, blocksPerGroup, isDense, hasRowShifts } = encoding;
  const offsets = isDense ? 0 : 4 * Math.ceil(blocksPerGroup / 2);
  return 8 * blockRows + offsets + blocksPerGroup * blockRows * blockColumns + (hasRowShifts ? 4 : 0);
}

function streamBytes({ rows }: MatrixShape, encoding: PanelEncoding): number {
  return PANEL_HEADER_BYTES + Math.ceil(rows / encoding.blockRows) * groupBytes(encoding);
}

/** The cells of each row group that hold a weight. */
function keptCells(
  matrix: Matrix,
  { blockRows, cells }: { readonly blockRows: number; readonly cells: readonly PanelCell[] },
): PanelCell[][] {
  const { rows, columns, values } = matrix;
  return Array.from({ length: Math.ceil(rows / blockRows) }, (_, group) => {
    const groupRows = Array.from({ length: Math.min(blockRows, rows - group * blockRows) }, (__, r) => r);
    return cells.filter((cell) =>
      groupRows.some((r) => {
        const first = (group * blockRows + r) * columns;
        return cell.places.some(({ column }) => values[first + column] !== 0);
      }),
    );
  });
}

/** Adds unused cells, the first ones, until the group has its blocks; in the order of the tile. */
function fillUp(
  kept: readonly PanelCell[],
  { cells, count }: { cells: readonly PanelCell[]; count: number },
) {
  const chosen = new Set(kept);
  for (const cell of cells) if (chosen.size < count) chosen.add(cell);
  if (chosen.size !== count) throw new InternalError(`${kept.length} blocks do not fit a group of ${count}`);
  return [...chosen].sort((a, b) => a.offset - b.offset);
}

function encodePanels(matrix: Matrix, encoding: PanelEncoding): Int8Array {
  const { blockRows, blockColumns, blocksPerGroup, isDense } = encoding;
  const { tile, factors } = contextOf(matrix);
  const cells = panelCells(tile, blockColumns / 4);
  const shift = layerShift(factors);
  const bytes = new Int8Array(streamBytes(matrix, encoding));
  const out = new DataView(bytes.buffer);
  out.setUint16(0, PANEL_MAGIC, true);
  out.setUint8(2, PANEL_VERSION);
  out.setUint8(3, flagsOf(encoding));
  out.setUint8(4, blockRows);
  out.setUint8(5, blockColumns);
  out.setUint16(6, blocksPerGroup, true);
  out.setUint32(8, matrix.rows, true);
  out.setUint32(12, tile.bytes, true);
  out.setUint32(16, encoding.hasRowShifts ? leastShift(factors) : shift!, true);
  const patterns = isDense ? null : keptCells(matrix, { blockRows, cells });
  for (let group = 0; group * blockRows < matrix.rows; group++) {
    const kept = patterns === null ? cells : fillUp(patterns[group]!, { cells, count: blocksPerGroup });
    const at = PANEL_HEADER_BYTES + group * groupBytes(encoding);
    writeGroup({ out, at, firstRow: group * blockRows, shift }, { matrix, encoding, cells: kept });
  }
  return bytes;
}

const flagsOf = ({ isDense, isFused, hasRowShifts }: PanelEncoding): number =>
  (isDense ? PanelFlag.dense : 0) |
  (isFused ? PanelFlag.fused : 0) |
  (hasRowShifts ? PanelFlag.rowShifts : 0);

interface GroupPlace {
  readonly out: DataView;
  readonly at: number;
  readonly firstRow: number;
  readonly shift: number | null;
}

interface GroupContent {
  readonly matrix: Matrix;
  readonly encoding: PanelEncoding;
  readonly cells: readonly PanelCell[];
}

function writeGroup(
  { out, at, firstRow, shift }: GroupPlace,
  { matrix, encoding, cells }: GroupContent,
): void {
  const { blockRows, isDense, isFused, hasRowShifts } = encoding;
  const { bias, factors } = contextOf(matrix);
  const biasOf = (row: number): number => bias[row] ?? 0;
  for (let r = 0; r < blockRows; r++) {
    const row = firstRow + r;
    const fused = isFused && r % 2 === 1 ? 256 * biasOf(row) + biasOf(row - 1) : biasOf(row);
    out.setInt32(at + 4 * r, fused | 0, true);
  }
  at += 4 * blockRows;
  let offset = 0;
  cells.forEach((cell, index) => {
    if (!isDense && index % 2 === 0) at += 4;
    if (!isDense) {
      const word = index % 2 === 0 ? at - 4 : at - 4 - blockBytes(encoding);
      out.setInt16(word + 2 * (index % 2), cell.offset - offset, true);
    }
    offset = cell.offset;
    writeBlock({ out, at, firstRow, shift }, { matrix, encoding, cells: [cell] });
    at += blockBytes(encoding);
  });
  for (let r = 0; r < blockRows; r++) {
    const factor = factors[firstRow + r] ?? { multiplier: 0, shift: 0 };
    const atLayerShift = hasRowShifts ? factor.multiplier : factor.multiplier / 2 ** (factor.shift - shift!);
    out.setInt32(at + 4 * r, factor.multiplier === 0 ? 0 : atLayerShift, true);
    if (hasRowShifts)
      out.setUint8(at + 4 * blockRows + r, factor.multiplier === 0 ? MAX_SHIFT : factor.shift);
  }
}

const blockBytes = ({ blockRows, blockColumns }: PanelEncoding): number => blockRows * blockColumns;

/** Words in the order quad, half, row pair; a word has the first row's weights in bytes 0 and 2, the second's in 1 and 3. */
function writeBlock({ out, at, firstRow }: GroupPlace, { matrix, encoding, cells }: GroupContent): void {
  const { rows, columns, values } = matrix;
  const { blockRows, isFused } = encoding;
  for (const { quad, channel, column } of cells[0]!.places) {
    for (let r = 0; r < blockRows && firstRow + r < rows; r++) {
      const weight = values[(firstRow + r) * columns + column]!;
      const below = r % 2 === 1 ? values[(firstRow + r - 1) * columns + column]! : 0;
      const word = (2 * quad + (channel & 1)) * (blockRows / 2) + (r >> 1);
      const stored = isFused && below < 0 ? weight - 1 : weight;
      out.setInt8(at + 4 * word + (channel & 2) + (r & 1), stored);
    }
  }
}
