/** @file The memory plan: where every tensor and every kernel's scratch memory lies in one arena. */
import type { Graph } from '../ir/graph.js';
import { buffersOf, type ArenaBuffer } from './buffers.js';
import { placeBuffers, type PlacedBuffer } from './place-buffers.js';

export interface MemoryPlan {
  /** Everything that inference needs of SRAM, input and output included. */
  readonly arenaBytes: number;
  /** The largest scratch memory of a kernel; it is part of the arena. */
  readonly scratchBytes: number;
  /** The most bytes that are alive at one node: no plan can do with less. */
  readonly lowerBoundBytes: number;
  /** The node where that happens. */
  readonly peakNode: number;
  readonly buffers: readonly PlacedBuffer[];
  /** Arena offset of every tensor. */
  readonly tensorOffsets: Readonly<Record<string, number>>;
  /** Arena offset of every node's scratch memory, by index; null where it wants none. */
  readonly scratchOffsets: readonly (number | null)[];
}

/** @param scratch bytes a node, as the kernels say */
export function planMemory(graph: Graph, scratch: readonly number[]): MemoryPlan {
  const wanted = buffersOf(graph, scratch);
  const live = liveBytes(wanted, graph.nodes.length);
  const lowerBoundBytes = Math.max(...live);
  const { buffers, arenaBytes } = placeBuffers(wanted, lowerBoundBytes);
  const tensors = buffers.filter(({ kind }) => kind === 'tensor');
  const scratchAt = new Map(
    buffers.filter(({ kind }) => kind === 'scratch').map(({ first, offset }) => [first, offset]),
  );
  return {
    arenaBytes,
    scratchBytes: Math.max(...scratch),
    lowerBoundBytes,
    peakNode: live.indexOf(lowerBoundBytes),
    buffers: buffers.toSorted((a, b) => a.first - b.first || a.last - b.last || a.offset - b.offset),
    tensorOffsets: Object.fromEntries(
      tensors.flatMap(({ names, offset }) => names.map((name) => [name, offset])),
    ),
    scratchOffsets: graph.nodes.map((_, index) => scratchAt.get(index) ?? null),
  };
}

function liveBytes(buffers: readonly ArenaBuffer[], nodes: number): readonly number[] {
  const live = Array.from({ length: nodes }, () => 0);
  for (const { bytes, first, last } of buffers) {
    for (let node = first; node <= last; node++) live[node]! += bytes;
  }
  return live;
}
