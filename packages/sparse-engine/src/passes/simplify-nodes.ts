/** @file Replaces a node by an equal one of a simpler op, as its definition says (a 1x1 convolution is a linear layer). */
import { siteOf } from '../ir/graph.js';
import { definitionOf } from '../ops/index.js';
import type { Pass } from './pass.js';

export const simplifyNodes: Pass = {
  name: 'simplify-nodes',
  run: (graph) => ({
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, ...definitionOf(node).simplify(siteOf(graph, node)) })),
  }),
};
