/** @file Removes nodes whose result reaches no output. */
import type { GraphNode } from '../ir/graph.js';
import type { Pass } from './pass.js';

export const dropDeadNodes: Pass = {
  name: 'drop-dead-nodes',
  run: (graph) => {
    const needed = new Set([graph.output, graph.input]);
    const nodes: GraphNode[] = [];
    for (const node of [...graph.nodes].reverse()) {
      if (!needed.has(node.output)) continue;
      node.inputs.forEach((input) => needed.add(input));
      nodes.unshift(node);
    }
    const kept = Object.entries(graph.tensors).filter(([name]) => needed.has(name));
    return { ...graph, nodes, tensors: Object.fromEntries(kept) };
  },
};
