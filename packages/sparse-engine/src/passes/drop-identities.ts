/** @file Removes nodes that change nothing (the average of one position); their readers read their input. */
import { siteOf, type GraphNode } from '../ir/graph.js';
import { definitionOf } from '../ops/index.js';
import type { Pass } from './pass.js';

export const dropIdentities: Pass = {
  name: 'drop-identities',
  run: (graph) => {
    const renamed = new Map<string, string>();
    const rename = (name: string): string => renamed.get(name) ?? name;
    const nodes: GraphNode[] = [];
    for (const node of graph.nodes) {
      const source = rename(node.inputs[0]!);
      // The model never returns its own input: a node must write the output.
      const isNeeded = node.output === graph.output && source === graph.input;
      if (!isNeeded && definitionOf(node).isIdentity(siteOf(graph, node))) renamed.set(node.output, source);
      else nodes.push({ ...node, inputs: node.inputs.map(rename) });
    }
    const kept = Object.entries(graph.tensors).filter(([name]) => !renamed.has(name));
    return { ...graph, nodes, tensors: Object.fromEntries(kept), output: rename(graph.output) };
  },
};
