/** @file A pass is a named pure function graph -> graph. */
import type { Graph } from '../ir/graph.js';

export interface Pass {
  readonly name: string;
  readonly run: (graph: Graph) => Graph;
}
