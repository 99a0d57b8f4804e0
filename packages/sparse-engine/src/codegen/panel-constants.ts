/** @file The header of a call's panel stream as a C constant, so that its walk is compiled for just this form. */
import type { KernelCall } from '../compiled-model.js';

export function panelConstants({ params }: KernelCall): readonly string[] {
  const { buffer, byteOffset, byteLength } = params['weights'] as Int8Array;
  const header = new DataView(buffer, byteOffset, byteLength);
  const fields = {
    rows: header.getUint32(8, true),
    block_rows: header.getUint8(4),
    block_quads: header.getUint8(5) / 4,
    blocks: header.getUint16(6, true),
    flags: header.getUint8(3),
    shift: header.getUint8(16),
  };
  const text = Object.entries(fields).map(([name, value]) => `.${name} = ${value}`);
  return [`(struct tfr_panel){${text.join(', ')}}`];
}
