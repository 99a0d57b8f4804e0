/**
 * @file From a graph to what must lie in the arena and when: one buffer a tensor, shared where a node may write over its
 * input, and one a node that wants scratch memory. Time is counted in nodes.
 */
import { elementCount } from '@tinyformer/core';
import type { Graph, GraphNode } from '../ir/graph.js';
import { definitionOf } from '../ops/index.js';

export interface ArenaBuffer {
  /** Tensors that take turns in it, in order; for scratch the node's name. */
  readonly names: readonly string[];
  readonly kind: 'tensor' | 'scratch';
  readonly bytes: number;
  /** First and last node that needs it. */
  readonly first: number;
  readonly last: number;
}

interface Lifetime {
  readonly first: number;
  readonly last: number;
}

/** From the node that writes a tensor to the last that reads it; input and output are the caller's before and after. */
export function lifetimesOf(graph: Graph): ReadonlyMap<string, Lifetime> {
  const first = new Map([[graph.input, 0]]);
  const last = new Map<string, number>();
  graph.nodes.forEach((node, index) => {
    first.set(node.output, index);
    for (const name of [...node.inputs, node.output]) last.set(name, index);
  });
  last.set(graph.output, graph.nodes.length - 1);
  return new Map([...first].map(([name, start]) => [name, { first: start, last: last.get(name) ?? start }]));
}

/** @param scratch bytes a node */
export function buffersOf(graph: Graph, scratch: readonly number[]): readonly ArenaBuffer[] {
  const lifetimes = lifetimesOf(graph);
  const bytesOf = (name: string): number => elementCount(graph.tensors[name]!.shape);
  const buffers: { names: string[]; bytes: number; first: number; last: number }[] = [];
  const place = new Map<string, (typeof buffers)[number]>();
  const open = (name: string): void => {
    const buffer = { names: [name], bytes: bytesOf(name), ...lifetimes.get(name)! };
    buffers.push(buffer);
    place.set(name, buffer);
  };
  open(graph.input);
  graph.nodes.forEach((node, index) => {
    const over = overwritableInputs(node).find(
      (name) =>
        name !== graph.input && lifetimes.get(name)!.last === index && bytesOf(name) === bytesOf(node.output),
    );
    if (over === undefined) return open(node.output);
    const buffer = place.get(over)!;
    buffer.names.push(node.output);
    buffer.last = lifetimes.get(node.output)!.last;
    place.set(node.output, buffer);
  });
  const scratches = graph.nodes.flatMap(({ name }, index): ArenaBuffer[] => {
    const bytes = scratch[index]!;
    return bytes === 0 ? [] : [{ names: [name], kind: 'scratch', bytes, first: index, last: index }];
  });
  return [...buffers.map((buffer): ArenaBuffer => ({ ...buffer, kind: 'tensor' })), ...scratches];
}

/** The graph's input is the caller's constant memory, so it is never written over (see `buffersOf`). */
function overwritableInputs(node: GraphNode): readonly string[] {
  return definitionOf(node).inPlaceInputs.map((index) => node.inputs[index]!);
}

export function overlapsInTime(a: Lifetime, b: Lifetime): boolean {
  return a.first <= b.last && b.first <= a.last;
}
