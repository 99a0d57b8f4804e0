/**
 * @file The checker of the graph. It runs after the frontend and after every pass, so that a pass that breaks an
 * invariant is caught where it happened. What a network's author can mend is a TinyFormerError, the rest a defect of ours.
 */
import { elementCount, InternalError, sameShape, TinyFormerError, type Shape } from '@tinyformer/core';
import { MAX_ELEMENTS, siteOf, type Attributes, type Graph, type GraphNode, type Site } from './graph.js';

/** What the checker asks of an op. */
export interface OpRules<A extends Attributes = Attributes> {
  readonly inputCount: number;
  readonly inferShape: (site: Site<A>) => Shape;
  /** The op's own rules on shapes and quantisation; the first one broken, in words, or null. */
  readonly findFault: (site: Site<A>) => string | null;
  /** The largest absolute value that the int32 accumulator can reach. */
  readonly accumulatorBound: (site: Site<A>) => number;
}

export type OpRuleTable = Readonly<Record<string, OpRules>>;

const INT32_MAX = 2 ** 31 - 1;

/** @throws E_NETWORK, E_ACCUMULATOR for what the network says; InternalError for a malformed graph. */
export function verifyGraph(graph: Graph, ops: OpRuleTable): Graph {
  verifyStructure(graph);
  for (const node of graph.nodes) verifyNode(graph, node, ops);
  return graph;
}

/** Single assignment, definition before use, no stray tensors. */
function verifyStructure(graph: Graph): void {
  const written = new Set([graph.input]);
  const names = new Set<string>();
  for (const node of graph.nodes) {
    if (names.has(node.name)) throw new InternalError(`two nodes are named ${node.name}`);
    names.add(node.name);
    for (const input of node.inputs) {
      if (!written.has(input)) throw new InternalError(`${node.name} reads ${input} before it is written`);
    }
    if (written.has(node.output)) throw new InternalError(`${node.output} is written twice`);
    written.add(node.output);
  }
  if (!written.has(graph.output)) throw new InternalError(`nothing writes the output ${graph.output}`);
  for (const [key, tensor] of Object.entries(graph.tensors)) {
    if (key !== tensor.name) throw new InternalError(`the tensor ${tensor.name} is filed under ${key}`);
    if (!written.has(key)) throw new InternalError(`nothing writes the tensor ${key}`);
  }
}

function verifyNode(graph: Graph, node: GraphNode, ops: OpRuleTable): void {
  const rules = ops[node.op];
  if (rules === undefined) throw new InternalError(`${node.name} has the unknown op ${node.op}`);
  if (node.inputs.length !== rules.inputCount) {
    throw new InternalError(`${node.name} reads ${node.inputs.length} tensors, not ${rules.inputCount}`);
  }
  const site = siteOf(graph, node);
  const fault = rules.findFault(site) ?? shapeFault(site, rules.inferShape(site)) ?? sizeFault(site);
  if (fault !== null) {
    throw new TinyFormerError('E_NETWORK', `${node.name} (${node.op}): ${fault}`, {
      hint: 'check how the network was quantised and wired',
      details: { node: node.name },
    });
  }
  verifyAccumulator(site, rules.accumulatorBound(site));
}

function shapeFault({ output }: Site, inferred: Shape): string | null {
  if (sameShape(output.shape, inferred)) return null;
  return `its output has the shape [${output.shape.join(', ')}], its inputs give [${inferred.join(', ')}]`;
}

function sizeFault({ output }: Site): string | null {
  const elements = elementCount(output.shape);
  return elements > MAX_ELEMENTS ? `its output has ${elements} elements, the most is ${MAX_ELEMENTS}` : null;
}

function verifyAccumulator({ node }: Site, bound: number): void {
  if (bound <= INT32_MAX) return;
  throw new TinyFormerError(
    'E_ACCUMULATOR',
    `${node.name} could accumulate ${bound}, int32 ends at ${INT32_MAX}`,
    {
      hint: 'use fewer inputs, smaller weights or smaller biases (a larger input scale)',
      details: { node: node.name, bound },
    },
  );
}
