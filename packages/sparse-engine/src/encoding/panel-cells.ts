/**
 * @file Where a block of weights may lie: the grid of quads (four neighbouring channels) of a layer's tile, as columns of the
 * weight matrix and as byte offsets in the kernel's tile.
 */
import type { PanelTile } from './encoding.js';

export interface PanelCell {
  /** Bytes from the start of the tile to the block's first quad. */
  readonly offset: number;
  /** The columns that belong to this cell alone: fewer than a block has in an incomplete last one. */
  readonly places: readonly CellPlace[];
}

export interface CellPlace {
  /** Column of the weight matrix. */
  readonly column: number;
  /** Where the block has it: which quad, which of the quad's four channels. */
  readonly quad: number;
  readonly channel: number;
}

/** Cells of `quads` quads each in the order of the tile, in which streams have them. */
export function panelCells(tile: PanelTile, quads: number): readonly PanelCell[] {
  const { runOffsets, quadsPerRun, columnsPerRun, quadPitch } = tile;
  const cells = runOffsets.flatMap((runOffset, run) =>
    Array.from({ length: Math.ceil(quadsPerRun / quads) }, (_, index): PanelCell => {
      const first = Math.min(index * quads, quadsPerRun - quads);
      const channel = 4 * index * quads;
      const count = Math.min(4 * quads, columnsPerRun - channel);
      return {
        offset: runOffset + first * quadPitch,
        places: Array.from({ length: count }, (__, i) => {
          const place = 4 * (index * quads - first) + i;
          return { column: run * columnsPerRun + channel + i, quad: place >> 2, channel: place & 3 };
        }),
      };
    }),
  );
  return cells.sort((a, b) => a.offset - b.offset);
}
