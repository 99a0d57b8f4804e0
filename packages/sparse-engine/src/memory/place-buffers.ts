/**
 * @file Offsets for buffers with lifetimes: greedy, largest first, each into the tightest gap that it fits (Pisarchyk and
 * Lee, "Efficient memory management for deep neural net inference", 2020). A few orders are tried, the smallest arena wins.
 */
import { InternalError } from '@tinyformer/core';
import { overlapsInTime, type ArenaBuffer } from './buffers.js';

/** Enough for every element type that a kernel keeps in scratch memory. */
export const ARENA_ALIGNMENT = 8;

export interface PlacedBuffer extends ArenaBuffer {
  readonly offset: number;
}

export interface Placement {
  readonly buffers: readonly PlacedBuffer[];
  readonly arenaBytes: number;
}

type Order = (a: ArenaBuffer, b: ArenaBuffer) => number;

const duration = ({ first, last }: ArenaBuffer): number => last - first;
const ORDERS: readonly Order[] = [
  (a, b) => b.bytes - a.bytes || duration(b) - duration(a) || a.first - b.first,
  (a, b) => b.bytes * (1 + duration(b)) - a.bytes * (1 + duration(a)) || a.first - b.first,
  (a, b) => a.first - b.first || b.bytes - a.bytes,
];

/** @param lowerBoundBytes the most that is alive at one time: an order that reaches it ends the search. */
export function placeBuffers(buffers: readonly ArenaBuffer[], lowerBoundBytes: number): Placement {
  let best: Placement | undefined;
  for (const order of ORDERS) {
    const placement = placeInOrder(buffers.toSorted(order));
    if (best === undefined || placement.arenaBytes < best.arenaBytes) best = placement;
    if (best.arenaBytes - lowerBoundBytes < ARENA_ALIGNMENT) break;
  }
  checkPlacement(best!.buffers);
  return best!;
}

function placeInOrder(buffers: readonly ArenaBuffer[]): Placement {
  const placed: PlacedBuffer[] = [];
  for (const buffer of buffers) placed.push({ ...buffer, offset: tightestGap(buffer, placed) });
  const arenaBytes = placed.reduce((end, { offset, bytes }) => Math.max(end, offset + align(bytes)), 0);
  return { buffers: placed, arenaBytes };
}

/** The offset of the smallest gap between buffers alive at the same time; behind all of them if none is large enough. */
function tightestGap(buffer: ArenaBuffer, placed: readonly PlacedBuffer[]): number {
  const neighbours = placed
    .filter((other) => overlapsInTime(buffer, other))
    .sort((a, b) => a.offset - b.offset);
  let best = { offset: -1, size: Infinity };
  let end = 0;
  for (const { offset, bytes } of neighbours) {
    const size = offset - end;
    if (size >= buffer.bytes && size < best.size) best = { offset: end, size };
    end = Math.max(end, align(offset + bytes));
  }
  return best.offset >= 0 ? best.offset : end;
}

function align(bytes: number): number {
  return Math.ceil(bytes / ARENA_ALIGNMENT) * ARENA_ALIGNMENT;
}

/** @throws InternalError when two buffers share bytes at the same time: the planner is checked on every plan. */
export function checkPlacement(buffers: readonly PlacedBuffer[]): void {
  for (let i = 0; i < buffers.length; i++) {
    const a = buffers[i]!;
    for (let j = i + 1; j < buffers.length; j++) {
      const b = buffers[j]!;
      const overlapsInSpace = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
      if (overlapsInSpace && overlapsInTime(a, b)) {
        throw new InternalError(`the plan lays ${a.names.join('/')} over ${b.names.join('/')}`);
      }
    }
  }
}
