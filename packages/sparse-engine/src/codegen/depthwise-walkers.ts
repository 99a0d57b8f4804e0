/**
 * @file The walker of a depthwise call by kept taps, compiled for its window and shift by the macro of the runtime's
 * `depthwise/tfr_depthwise_walk_arm.h`. Where channels have shifts of their own, images one column, or strides no instance,
 * the general kernel is all there is.
 */
import type { KernelCall } from '../compiled-model.js';
import { sharedShift } from './depthwise-shift.js';

/** The taps that a walker passes in one run, and the bytes of a pixel's four channels. */
const SHORT_TAPS = 9;
const PIXEL_BYTES = 4;

const numbersOf = ({ params }: KernelCall) => params as Readonly<Record<string, number>>;

export function walkerPrelude(call: KernelCall, symbol: string): string {
  const { kernel_height: height, kernel_width: width, stride_width: stride } = numbersOf(call);
  const length = height! * width! > SHORT_TAPS ? 'LONG' : 'SHORT';
  const second = PIXEL_BYTES * stride!;
  return `TFR_DEPTHWISE_WALKER_OF(${symbol}_walk, ${length}, ${second}, ${sharedShift(call)!})`;
}

export function walkerConstants(call: KernelCall, symbol: string): readonly string[] | null {
  const { stride_width: stride, output_width: width } = numbersOf(call);
  const shift = sharedShift(call);
  const hasWalker = shift !== null && stride! <= 2 && width! > 1;
  return hasWalker ? [`TFR_DEPTHWISE_WAY(${symbol}_walk, ${shift})`] : null;
}
