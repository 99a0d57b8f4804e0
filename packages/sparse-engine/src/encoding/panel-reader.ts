/** @file Reads a panel stream back: weights, biases and factors. It trusts nothing, because the encoder is checked against it. */
import type { FixedPointFactor } from '@tinyformer/core';
import type { Matrix, MatrixShape, PanelEncoding, PanelTile } from './encoding.js';
import { panelCells, type PanelCell } from './panel-cells.js';
import { contextOf, groupBytes, PANEL_HEADER_BYTES, PANEL_MAGIC, PANEL_VERSION, PanelFlag } from './panel.js';
import { MAX_SHIFT } from './panel-proofs.js';
import { require } from './stream.js';

export interface PanelContent {
  readonly matrix: Matrix;
  readonly bias: Int32Array;
  readonly factors: readonly FixedPointFactor[];
}

/** @throws InternalError when the stream contradicts itself or the layer. */
export function readPanels(stream: Int8Array, shape: MatrixShape): PanelContent {
  const { rows, columns } = shape;
  const { tile } = contextOf(shape);
  const input = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const { encoding, shift } = readHeader(input, { rows, tile });
  const { blockRows, blockColumns, isFused } = encoding;
  const cells = panelCells(tile, blockColumns / 4);
  const content = {
    matrix: { ...shape, values: new Int8Array(rows * columns) },
    bias: new Int32Array(rows),
    factors: [] as FixedPointFactor[],
  };
  for (let firstRow = 0; firstRow < rows; firstRow += blockRows) {
    const at = PANEL_HEADER_BYTES + (firstRow / blockRows) * groupBytes(encoding);
    for (let r = 0; r < Math.min(blockRows, rows - firstRow); r++) {
      const stored = input.getInt32(at + 4 * r, true);
      const isSecond = isFused && r % 2 === 1;
      content.bias[firstRow + r] = isSecond ? (stored - input.getInt32(at + 4 * r - 4, true)) >> 8 : stored;
    }
    const factorsAt = readBlocks({ input, at: at + 4 * blockRows, firstRow }, { content, encoding, cells });
    for (let r = 0; r < Math.min(blockRows, rows - firstRow); r++) {
      const multiplier = input.getInt32(factorsAt + 4 * r, true);
      const own = encoding.hasRowShifts ? input.getUint8(factorsAt + 4 * blockRows + r) : shift;
      content.factors.push(normalFactor(multiplier, own));
    }
  }
  return content;
}

/** With the multiplier in [2^30, 2^31), or 0. */
function normalFactor(multiplier: number, shift: number): FixedPointFactor {
  if (multiplier === 0) return { multiplier, shift: MAX_SHIFT };
  const zeros = Math.clz32(multiplier) - 1;
  return { multiplier: multiplier * 2 ** zeros, shift: shift + zeros };
}

function readHeader(input: DataView, { rows, tile }: { rows: number; tile: PanelTile }) {
  require(input.byteLength >= PANEL_HEADER_BYTES, 'is shorter than its header');
  const magicHolds = input.getUint16(0, true) === PANEL_MAGIC && input.getUint8(2) === PANEL_VERSION;
  require(magicHolds, 'is no panel stream of version 1');
  const flags = input.getUint8(3);
  const encoding: PanelEncoding = {
    kind: 'panel',
    blockRows: input.getUint8(4),
    blockColumns: input.getUint8(5),
    blocksPerGroup: input.getUint16(6, true),
    isDense: (flags & PanelFlag.dense) !== 0,
    isFused: (flags & PanelFlag.fused) !== 0,
    hasRowShifts: (flags & PanelFlag.rowShifts) !== 0,
  };
  const bytes = PANEL_HEADER_BYTES + Math.ceil(rows / encoding.blockRows) * groupBytes(encoding);
  require(input.getUint32(8, true) === rows &&
    input.getUint32(12, true) === tile.bytes, 'is of another layer');
  require(bytes === input.byteLength, 'has another length than its header says');
  return { encoding, shift: input.getUint32(16, true) };
}

interface GroupInput {
  readonly input: DataView;
  readonly at: number;
  readonly firstRow: number;
}

interface GroupTarget {
  readonly content: PanelContent;
  readonly encoding: PanelEncoding;
  readonly cells: readonly PanelCell[];
}

/** Adds the blocks of one group; gives where its factors are. */
function readBlocks({ input, at, firstRow }: GroupInput, target: GroupTarget): number {
  const { encoding, cells } = target;
  const byOffset = encoding.isDense
    ? new Map<number, PanelCell>()
    : new Map(cells.map((cell) => [cell.offset, cell]));
  const bytes = encoding.blockRows * encoding.blockColumns;
  let offset = 0;
  for (let block = 0; block < encoding.blocksPerGroup; block++) {
    let cell = cells[block];
    if (!encoding.isDense) {
      if (block % 2 === 0) at += 4;
      offset += input.getInt16(block % 2 === 0 ? at - 4 : at - bytes - 2, true);
      cell = byOffset.get(offset);
    }
    require(cell !== undefined, `has a block at ${offset}, where no cell is`);
    readBlock({ input, at, firstRow }, { ...target, cells: [cell] });
    at += bytes;
  }
  return at;
}

function readBlock({ input, at, firstRow }: GroupInput, { content, encoding, cells }: GroupTarget): void {
  const { rows, columns, values } = content.matrix;
  const { blockRows, isFused } = encoding;
  for (const { quad, channel, column } of cells[0]!.places) {
    for (let r = 0; r < blockRows && firstRow + r < rows; r++) {
      const word = (2 * quad + (channel & 1)) * (blockRows / 2) + (r >> 1);
      const place = at + 4 * word + (channel & 2) + (r & 1);
      const borrow = isFused && r % 2 === 1 && input.getInt8(place - 1) < 0 ? 1 : 0;
      values[(firstRow + r) * columns + column]! += input.getInt8(place) + borrow;
    }
  }
}
