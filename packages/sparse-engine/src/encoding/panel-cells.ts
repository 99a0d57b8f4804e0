/**
 * @file Where a block of weights may lie: the grid of quads (four neighbouring channels) of a layer's tile, as columns of the
 * weight matrix and as byte offsets in the kernel's tile.
 */
import type { PanelTile } from './encoding.js';

export interface PanelCell {
  /** Bytes from the start of the tile to the block's first quad. */
  readonly offset: number;
  /** First column of the weight matrix that belongs to this cell alone. */
  readonly column: number;
  /** Columns that belong to it: fewer than the block has in an incomplete last cell. */
  readonly columns: number;
  /** Channels of the block before `column`, which an earlier cell has; more than 0 only in an incomplete last cell. */
  readonly skipped: number;
}

/** Cells of `quads` quads each in the order of the tile, in which streams have them. */
export function panelCells(tile: PanelTile, quads: number): readonly PanelCell[] {
  const { runOffsets, quadsPerRun, columnsPerRun, quadPitch } = tile;
  const cells = runOffsets.flatMap((runOffset, run) =>
    Array.from({ length: Math.ceil(quadsPerRun / quads) }, (_, index): PanelCell => {
      const first = Math.min(index * quads, quadsPerRun - quads);
      const channel = 4 * index * quads;
      return {
        offset: runOffset + first * quadPitch,
        column: run * columnsPerRun + channel,
        columns: Math.min(4 * quads, columnsPerRun - channel),
        skipped: 4 * (index * quads - first),
      };
    }),
  );
  return cells.sort((a, b) => a.offset - b.offset);
}

export interface CellColumn {
  /** Column of the weight matrix. */
  readonly column: number;
  /** Where the block has it: which quad, which of the quad's four channels. */
  readonly quad: number;
  readonly channel: number;
}

export function cellColumns({ column, columns, skipped }: PanelCell): readonly CellColumn[] {
  return Array.from({ length: columns }, (_, index) => {
    const place = skipped + index;
    return { column: column + index, quad: place >> 2, channel: place & 3 };
  });
}
