/**
 * @file Which depthwise calls have loops of their own: 3 x 3 at stride 2 with pixels and outputs at offsets that fit the
 * instructions of the runtime's `depthwise/tfr_depthwise_s2.h`, whose loops the text instantiates for the call's shape.
 */
import type { KernelCall } from '../compiled-model.js';
import { sharedShift } from './depthwise-shift.js';

/** The largest offset of a load, and of an addition. */
const MAX_OFFSET = 4095;
const BLOCK = 4;

interface LoopShape {
  /** Bytes between pixels and between rows of the image. */
  readonly step: number;
  readonly row: number;
  /** Of four outputs, in a row, without the last. */
  readonly blocks: number;
}

function loopShape(params: Readonly<Record<string, number>>): LoopShape | null {
  const at = (field: string): number => params[field]!;
  const isWindow =
    ['kernel_height', 'kernel_width'].every((field) => at(field) === 3) &&
    ['stride_height', 'stride_width'].every((field) => at(field) === 2) &&
    at('padding_left') === 0 &&
    at('padding_top') <= 1;
  const overhang = 2 * at('output_height') + 1 - at('padding_top') - at('input_height');
  const isImage =
    at('input_width') === 2 * at('output_width') &&
    at('output_width') % BLOCK === 0 &&
    at('input_height') >= 3 &&
    overhang <= 1 &&
    at('channels') >= 4;
  if (!isWindow || !isImage) return null;
  const step = at('channels');
  const row = at('input_width') * step;
  const blocks = at('output_width') / BLOCK - 1;
  const offsets = [row, 8 * step, Math.abs(8 * step - 2 * row), 8 * step * blocks];
  return offsets.every((offset) => offset <= MAX_OFFSET) ? { step, row, blocks } : null;
}

const shapeOf = ({ params }: KernelCall) => loopShape(params as Readonly<Record<string, number>>);

/** The loops of the call, `symbol`_even and `symbol`_odd. */
export function depthwisePrelude(call: KernelCall, symbol: string): string {
  const { step, row, blocks } = shapeOf(call)!;
  const shift = sharedShift(call);
  const way = shift === null ? 'EACH, 0' : `SHARED, ${shift}`;
  return `TFR_DEPTHWISE_S2_LOOPS(${symbol}, ${step}, ${row}, ${blocks}, ${way})`;
}

export function depthwiseConstants(call: KernelCall, symbol: string): readonly string[] | null {
  if (shapeOf(call) === null) return null;
  return [`${symbol}_even`, `${symbol}_odd`, `${sharedShift(call) ?? 0}`];
}
