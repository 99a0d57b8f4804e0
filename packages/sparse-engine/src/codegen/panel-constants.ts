/** @file The header of a call's panel stream: as numbers, and as a C constant for which a walk is compiled. */
import type { KernelCall } from '../compiled-model.js';
import { PANEL_HEADER_BYTES, PanelFlag } from '../encoding/panel.js';

export interface PanelHeader {
  readonly rows: number;
  readonly blockRows: number;
  readonly blockQuads: number;
  /** Of each group. */
  readonly blocks: number;
  readonly isDense: boolean;
  readonly hasRowShifts: boolean;
  readonly shift: number;
  readonly groupsAt: number;
  readonly groupBytes: number;
  /** struct tfr_panel without its pointer. */
  readonly text: string;
}

export function readPanelHeader({ params }: KernelCall): PanelHeader {
  const { buffer, byteOffset, byteLength } = params['weights'] as Int8Array;
  const header = new DataView(buffer, byteOffset, byteLength);
  const flags = header.getUint8(3);
  const [blockRows, blockQuads] = [header.getUint8(4), header.getUint8(5) / 4];
  const [blocks, rows, shift] = [header.getUint16(6, true), header.getUint32(8, true), header.getUint8(16)];
  const fields = { rows, block_rows: blockRows, block_quads: blockQuads, blocks, flags, shift };
  const initialisers = Object.entries(fields).map(([name, value]) => `.${name} = ${value}`);
  return {
    ...{ rows, blockRows, blockQuads, blocks, shift },
    isDense: (flags & PanelFlag.dense) !== 0,
    hasRowShifts: (flags & PanelFlag.rowShifts) !== 0,
    groupsAt: PANEL_HEADER_BYTES,
    groupBytes: (byteLength - PANEL_HEADER_BYTES) / Math.ceil(rows / blockRows),
    text: `((struct tfr_panel){${initialisers.join(', ')}})`,
  };
}

export const panelConstants = (call: KernelCall): readonly string[] => [readPanelHeader(call).text];
