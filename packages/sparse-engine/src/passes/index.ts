/** @file The passes, in their order. */
import type { Graph } from '../ir/graph.js';
import { dropDeadNodes } from './drop-dead-nodes.js';
import { dropIdentities } from './drop-identities.js';
import type { Pass } from './pass.js';
import { simplifyNodes } from './simplify-nodes.js';

export const PASSES: readonly Pass[] = [simplifyNodes, dropIdentities, dropDeadNodes];

/** Runs every pass; `check` sees each result and throws when it is broken. */
export function runPasses(graph: Graph, check: (graph: Graph) => void): Graph {
  return PASSES.reduce((current, pass) => {
    const next = pass.run(current);
    check(next);
    return next;
  }, graph);
}
